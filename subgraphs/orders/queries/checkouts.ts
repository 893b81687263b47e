import type { Reader, Tx } from "#platform/db/database.ts";
import { query, type RowOf } from "#platform/db/query.ts";
import { type Checkout, type CheckoutState, type Contact, dueOf, totalOfCheckout, type Verdict } from "../domain/checkout.ts";
import { freezePriced, thawPriced } from "../domain/pricing/frozenPrices.ts";

const COLUMNS = `k.id, k.cart_id, k.user_id, k.actor, k.operation, k.idempotency_key, k.attempt, k.state, k.country_code, k.priced, k.contact, k.is_one_call, k.provider,
  k.intent_ref, k.client_secret, k.action_url, k.capture, k.is_held_first, k.verdict, k.reasons, k.review_verdict, k.decline_reason, k.expires_at, k.review_opened_at,
  k.expires_at < clock_timestamp() as is_expired, k.lease_until > clock_timestamp() as is_leased`;
const row = {
  id: "uuid", cart_id: "uuid", user_id: "uuid?", actor: "text", operation: "text", idempotency_key: "text", attempt: "int4", state: "text", country_code: "text?",
  priced: "jsonb", contact: "jsonb?", is_one_call: "bool", provider: "text?", intent_ref: "text?", client_secret: "text?", action_url: "text?", capture: "text",
  is_held_first: "bool", verdict: "text?", reasons: "text[]", review_verdict: "text?", decline_reason: "text?", expires_at: "timestamptz",
  review_opened_at: "timestamptz?", is_expired: "bool", is_leased: "bool",
} as const;
const LIVE = "('HELD', 'REVIEW', 'UNDOING')";

function toCheckout(found: RowOf<typeof row>): Checkout {
  return {
    id: found.id, cartId: found.cart_id, userId: found.user_id, actor: found.actor, operation: found.operation, key: found.idempotency_key, attempt: found.attempt,
    state: found.state as CheckoutState, countryCode: found.country_code, priced: thawPriced(found.priced),
    contact: (found.contact as Contact | null) ?? { email: null, address: null }, isOneCall: found.is_one_call, provider: found.provider,
    intentRef: found.intent_ref, clientSecret: found.client_secret, actionUrl: found.action_url, capture: found.capture as Checkout["capture"],
    isHeldFirst: found.is_held_first, verdict: found.verdict as Verdict | null, reasons: found.reasons, reviewVerdict: found.review_verdict as Checkout["reviewVerdict"],
    declineReason: found.decline_reason, expiresAt: found.expires_at, reviewOpenedAt: found.review_opened_at, isExpired: found.is_expired, isLeased: found.is_leased,
  };
}

const live = query({
  name: "orders.liveCheckoutOfCart",
  text: `select ${COLUMNS} from orders.checkouts k where k.cart_id = $1 and k.state in ${LIVE}`,
  params: ["uuid"],
  row,
  budget: { access: "index", maxRows: 1 },
});

const byIds = query({
  name: "orders.checkoutsByIds",
  text: `select ${COLUMNS} from orders.checkouts k where k.id = any($1) and k.priced is not null`,
  params: ["uuid[]"],
  row,
  budget: { access: "index", maxRows: 1_000 },
});

const liveByKey = query({
  name: "orders.liveCheckoutByKey",
  text: `select ${COLUMNS} from orders.checkouts k where k.actor = $1 and k.idempotency_key = $2 and k.operation = $3 and k.state in ${LIVE}`,
  params: ["text", "text", "text"],
  row,
  budget: { access: "index", maxRows: 1 },
});

// The cart first, as everywhere: who changes, buys or settles a cart comes one after the other. Not "for update" of the purchase: what
// happens to its payment refers to it, and whoever writes that has locked the order and the payment before.
const forUpdate = query({
  name: "orders.checkoutForUpdate",
  text: `with cart as materialized (select c.id from orders.carts c where c.id = (select x.cart_id from orders.checkouts x where x.id = $1) for update)
    select ${COLUMNS} from orders.checkouts k where k.id = $1 and exists (select from cart) for no key update of k`,
  params: ["uuid"],
  row,
  budget: { access: "write", maxRows: 1 },
});

const insert = query({
  name: "orders.insertCheckout",
  text: `insert into orders.checkouts as k (id, cart_id, user_id, actor, operation, idempotency_key, state, currency, country_code, total_units, due_units, exponent, priced, contact,
      email, is_one_call, is_held_first, card_digest, capture, expires_at, lease_until, wake_at)
    select $1, $2, $3, $4, $5, $6, 'HELD', $7, $8, $9, $10, $11, $12, $13, $14, $15, not $15, $16, s.capture, now() + make_interval(mins => s.hold_minutes),
      now() + make_interval(secs => $17), now()
    from orders.checkout_settings s where s.is_only returning ${COLUMNS}`,
  params: ["uuid", "uuid", "uuid?", "text", "text", "text", "text", "text?", "int8", "int8", "int2", "jsonb", "jsonb", "text?", "bool", "text?", "float8"],
  row,
  budget: { access: "write", maxRows: 1 },
});

const takeOn = query({
  name: "orders.takeOnCheckout",
  text: `update orders.checkouts as k set actor = $2, operation = $3, idempotency_key = $4, card_digest = coalesce($5, k.card_digest), attempt = k.attempt + 1,
      lease_until = now() + make_interval(secs => $6), wake_at = now(), action_url = null where k.id = $1 returning ${COLUMNS}`,
  params: ["uuid", "text", "text", "text", "text?", "float8"],
  row,
  budget: { access: "write", maxRows: 1 },
});

const attach = query({
  name: "orders.attachIntent",
  text: `update orders.checkouts set provider = $2, intent_ref = $3, client_secret = $4 where id = $1 and (intent_ref is null or intent_ref = $3)`,
  params: ["uuid", "text", "text", "text"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const judge = query({
  name: "orders.judgeCheckout",
  text: `update orders.checkouts as k set verdict = $2, reasons = $3, is_held_first = k.is_held_first or $4 where k.id = $1 and k.state = 'HELD' returning ${COLUMNS}`,
  params: ["uuid", "text", "text[]", "bool"],
  row,
  budget: { access: "write", maxRows: 1 },
});

const end = query({
  name: "orders.endCheckout",
  text: `update orders.checkouts set state = $2, decline_reason = $3, wake_at = now(), lease_until = now() where id = $1`,
  params: ["uuid", "text", "text?"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

// At rest: whoever comes back may go on; the sweeper looks when the hold has ended.
const rest = query({
  name: "orders.restCheckout",
  text: `update orders.checkouts set lease_until = now(), wake_at = expires_at, action_url = $2, decline_reason = coalesce($3, decline_reason)
    where id = $1 and state in ${LIVE}`,
  params: ["uuid", "text?", "text?"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const review = query({
  name: "orders.openReview",
  text: `update orders.checkouts as k set state = 'REVIEW', review_opened_at = date_trunc('milliseconds', now()), lease_until = now(), wake_at = now() + make_interval(hours => s.review_hours),
      expires_at = now() + make_interval(hours => s.review_hours), action_url = null
    from orders.checkout_settings s where s.is_only and k.id = $1 and k.state = 'HELD'`,
  params: ["uuid"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const decide = query({
  name: "orders.decideReview",
  text: `update orders.checkouts as k set review_verdict = $2, reviewed_by = $3, lease_until = now() + make_interval(secs => $4), wake_at = now()
    where k.id = $1 and k.state = 'REVIEW' and k.review_verdict is null returning ${COLUMNS}`,
  params: ["uuid", "text", "uuid", "float8"],
  row,
  budget: { access: "write", maxRows: 1 },
});

const lease = query({
  name: "orders.leaseCheckout",
  text: "update orders.checkouts set lease_until = now() + make_interval(secs => $2), wake_at = now() where id = $1",
  params: ["uuid", "float8"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const takeOver = query({
  name: "orders.takeOverCheckouts",
  text: `update orders.checkouts as k set lease_until = now() + make_interval(secs => $1)
    where k.id in (
      select id from orders.checkouts where state in ${LIVE} and wake_at < now() and lease_until < now() and priced is not null order by wake_at limit $2 for update skip locked
    ) returning ${COLUMNS}`,
  params: ["float8", "int4"],
  row,
  budget: { access: "write", maxRows: 100 },
});

const takeOverUndo = query({
  name: "orders.takeOverUndoneCheckouts",
  text: `update orders.checkouts as k set lease_until = now() + make_interval(secs => $1)
    where k.id in (select id from orders.checkouts where undo_since is not null and lease_until < now() order by undo_since limit $2 for update skip locked) returning ${COLUMNS}`,
  params: ["float8", "int4"],
  row,
  budget: { access: "write", maxRows: 100 },
});

const undo = query({
  name: "orders.markToUndo",
  text: "update orders.checkouts set undo_since = coalesce(undo_since, now()), intent_ref = coalesce(intent_ref, $2) where id = $1",
  params: ["uuid", "text"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const undone = query({
  name: "orders.markUndone",
  text: "update orders.checkouts set undo_since = null where id = $1 and undo_since is not null",
  params: ["uuid"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const inReview = query({
  name: "orders.checkoutsInReview",
  text: `select ${COLUMNS} from orders.checkouts k where k.state = 'REVIEW' and (k.review_opened_at, k.id) > ($1, $2) order by k.review_opened_at, k.id limit $3`,
  params: ["timestamptz", "uuid", "int4"],
  row,
  budget: { access: "index", maxRows: 101 },
});

export type NewCheckout = Pick<Checkout, "id" | "cartId" | "userId" | "actor" | "operation" | "key" | "countryCode" | "priced" | "contact" | "isOneCall"> & { readonly cardDigest: string | null };

export async function findLiveCheckout(tx: Reader, cartId: string): Promise<Checkout | undefined> {
  const found = await tx.maybeOne(live, [cartId]);
  return found && toCheckout(found);
}

export async function findCheckout(db: Reader, id: string): Promise<Checkout | undefined> {
  const found = await db.maybeOne(byIds, [[id]]);
  return found && toCheckout(found);
}

export async function listCheckoutsByIds(db: Reader, ids: readonly string[]): Promise<Checkout[]> {
  return (await db.many(byIds, [ids])).map(toCheckout);
}

/** The purchase under way that a call has taken on. */
export async function findCheckoutOfCall(tx: Tx, call: { actor: string; key: string; operation: string }): Promise<Checkout | undefined> {
  const found = await tx.maybeOne(liveByKey, [call.actor, call.key, call.operation]);
  return found && toCheckout(found);
}

/** Holds the cart, then the purchase, until the transaction ends. */
export async function getCheckoutForUpdate(tx: Tx, id: string): Promise<Checkout> {
  return toCheckout(await tx.one(forUpdate, [id]));
}

export async function insertCheckout(tx: Tx, checkout: NewCheckout, leaseSeconds: number): Promise<Checkout> {
  const { id, cartId, userId, actor, operation, key, countryCode, priced, contact, isOneCall, cardDigest } = checkout;
  return toCheckout(await tx.one(insert, [
    id, cartId, userId, actor, operation, key, priced.currency, countryCode, totalOfCheckout(checkout).units, dueOf(checkout).units, priced.exponent,
    freezePriced(priced), contact, contact.email?.toLowerCase() ?? null, isOneCall, cardDigest, leaseSeconds,
  ]));
}

/** Another call goes on with it: by a new key, perhaps with another means of payment. */
export async function takeOnCheckout(tx: Tx, id: string, call: { actor: string; operation: string; key: string }, cardDigest: string | null, leaseSeconds: number): Promise<Checkout> {
  return toCheckout(await tx.one(takeOn, [id, call.actor, call.operation, call.key, cardDigest, leaseSeconds]));
}

/** Notes the intent. @throws when it has another one: two intents of one purchase would charge twice. */
export async function attachIntent(db: Reader, id: string, provider: string, ref: string, clientSecret: string): Promise<void> {
  if ((await db.execute(attach, [id, provider, ref, clientSecret])) !== 1) throw new Error(`checkout ${id} has another intent than ${ref}`);
}

/** Undefined when it is not HELD any more. */
export async function judgeCheckout(db: Reader, id: string, verdict: Verdict, reasons: readonly string[], holdFirst: boolean): Promise<Checkout | undefined> {
  const found = await db.maybeOne(judge, [id, verdict, reasons, holdFirst]);
  return found && toCheckout(found);
}

/** It is over. */
export async function endCheckout(tx: Tx, id: string, state: CheckoutState, declineReason: string | null = null): Promise<void> {
  await tx.execute(end, [id, state, declineReason]);
}

/** Nobody is at work on it, and somebody may come back until it expires. */
export async function restCheckout(db: Reader, id: string, actionUrl: string | null, declineReason: string | null = null): Promise<void> {
  await db.execute(rest, [id, actionUrl, declineReason]);
}

export async function openReview(tx: Tx, id: string): Promise<void> {
  await tx.execute(review, [id]);
}

/** Undefined when it is not in review, or decided. */
export async function decideReview(tx: Tx, id: string, verdict: "APPROVE" | "REJECT", reviewedBy: string, leaseSeconds: number): Promise<Checkout | undefined> {
  const found = await tx.maybeOne(decide, [id, verdict, reviewedBy, leaseSeconds]);
  return found && toCheckout(found);
}

/** Somebody is at work on it for so long. 0: nobody is, and the sweeper may look at once. */
export async function leaseCheckout(db: Reader, id: string, seconds: number): Promise<void> {
  await db.execute(lease, [id, seconds]);
}

/** Takes up to `limit` purchases whose time has come; two who ask at once get different ones. */
export async function takeOverCheckouts(db: Reader, leaseSeconds: number, limit: number): Promise<Checkout[]> {
  return (await db.many(takeOver, [leaseSeconds, limit])).map(toCheckout);
}

export async function takeOverUndone(db: Reader, leaseSeconds: number, limit: number): Promise<Checkout[]> {
  return (await db.many(takeOverUndo, [leaseSeconds, limit])).map(toCheckout);
}

/** Money came, or is held, for a purchase that is over: it must go back. */
export async function markToUndo(tx: Tx, id: string, intentRef: string): Promise<void> {
  await tx.execute(undo, [id, intentRef]);
}

/** False when somebody else has done it. */
export async function markUndone(tx: Tx, id: string): Promise<boolean> {
  return (await tx.execute(undone, [id])) === 1;
}

export async function listCheckoutsInReview(db: Reader, after: readonly [Date, string], limit: number): Promise<Checkout[]> {
  return (await db.many(inReview, [after[0], after[1], limit])).map(toCheckout);
}
