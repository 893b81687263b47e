import { money, type Money } from "#schema/values/money.ts";
import type { Reader, Tx } from "#platform/db/database.ts";
import { query, type RowOf } from "#platform/db/query.ts";
import type { CheckoutLine } from "../domain/checkout.ts";

/** A purchase under way or over. Its id is also the reference of the held stock and the key of the charge. */
export interface Checkout {
  readonly id: string;
  readonly cartId: string;
  readonly userId: string | null;
  readonly actor: string;
  readonly key: string;
  readonly state: "HELD" | "UNDOING" | "COMPLETED" | "DECLINED" | "ABANDONED";
  readonly countryCode: string | null;
  readonly total: Money;
  readonly paymentToken: string | null;
  /** Whether somebody is at work on it. */
  readonly isLeased: boolean;
}

const COLUMNS = `k.id, k.cart_id, k.user_id, k.actor, k.idempotency_key, k.state, k.currency, k.country_code, k.total_units, k.exponent, k.payment_token,
  k.lease_until > clock_timestamp() as is_leased`;
const row = {
  id: "uuid", cart_id: "uuid", user_id: "uuid?", actor: "text", idempotency_key: "text", state: "text", currency: "text", country_code: "text?",
  total_units: "int8", exponent: "int2", payment_token: "text?", is_leased: "bool",
} as const;

function toCheckout(found: RowOf<typeof row>): Checkout {
  return {
    id: found.id, cartId: found.cart_id, userId: found.user_id, actor: found.actor, key: found.idempotency_key, state: found.state as Checkout["state"],
    countryCode: found.country_code, total: money(found.total_units, found.currency, found.exponent), paymentToken: found.payment_token, isLeased: found.is_leased,
  };
}

const live = query({
  name: "orders.liveCheckoutOfCart",
  text: `select ${COLUMNS} from orders.checkouts k where k.cart_id = $1 and k.state in ('HELD', 'UNDOING')`,
  params: ["uuid"],
  row,
  budget: { access: "index", maxRows: 1 },
});

const heldByKey = query({
  name: "orders.heldCheckoutByKey",
  text: `select ${COLUMNS} from orders.checkouts k where k.actor = $1 and k.idempotency_key = $2 and k.state = 'HELD'`,
  params: ["text", "text"],
  row,
  budget: { access: "index", maxRows: 1 },
});

const forUpdate = query({
  name: "orders.checkoutForUpdate",
  text: `select ${COLUMNS} from orders.checkouts k where k.id = $1 for update`,
  params: ["uuid"],
  row,
  budget: { access: "write", maxRows: 1 },
});

const insert = query({
  name: "orders.insertCheckout",
  text: `insert into orders.checkouts (id, cart_id, user_id, actor, idempotency_key, state, currency, country_code, total_units, exponent, payment_token, lease_until)
    values ($1, $2, $3, $4, $5, 'HELD', $6, $7, $8, $9, $10, now() + make_interval(secs => $11))`,
  params: ["uuid", "uuid", "uuid?", "text", "text", "text", "text?", "int8", "int2", "text?", "float8"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const insertLines = query({
  name: "orders.insertCheckoutLines",
  text: `insert into orders.checkout_lines (checkout_id, position, variant_id, product_id, sku, name, quantity, unit_amount, exponent)
    select $1, l.* from unnest($2::int4[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::int8[], $8::int8[], $9::int4[]) as l`,
  params: ["uuid", "int4[]", "uuid[]", "uuid[]", "text[]", "text[]", "int8[]", "int8[]", "int4[]"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const setState = query({
  name: "orders.setCheckoutState",
  text: "update orders.checkouts set state = $2 where id = $1",
  params: ["uuid", "text"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const lease = query({
  name: "orders.leaseCheckout",
  text: "update orders.checkouts set lease_until = now() + make_interval(secs => $2) where id = $1",
  params: ["uuid", "float8"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const takeOver = query({
  name: "orders.takeOverCheckouts",
  text: `update orders.checkouts as k set lease_until = now() + make_interval(secs => $1)
    where k.id in (select id from orders.checkouts where state in ('HELD', 'UNDOING') and lease_until < now() order by lease_until limit $2 for update skip locked)
    returning ${COLUMNS}`,
  params: ["float8", "int4"],
  row,
  budget: { access: "write", maxRows: 100 },
});

const units = query({
  name: "orders.unitsOfCheckout",
  text: "select variant_id, quantity from orders.checkout_lines where checkout_id = $1",
  params: ["uuid"],
  row: { variant_id: "uuid", quantity: "int8" },
  budget: { access: "index", maxRows: 100 },
});

export async function findLiveCheckout(tx: Tx, cartId: string): Promise<Checkout | undefined> {
  const found = await tx.maybeOne(live, [cartId]);
  return found && toCheckout(found);
}

export async function findHeldCheckout(tx: Tx, actor: string, key: string): Promise<Checkout | undefined> {
  const found = await tx.maybeOne(heldByKey, [actor, key]);
  return found && toCheckout(found);
}

export async function getCheckoutForUpdate(tx: Tx, id: string): Promise<Checkout> {
  return toCheckout(await tx.one(forUpdate, [id]));
}

export async function insertCheckout(tx: Tx, checkout: Omit<Checkout, "state" | "isLeased">, lines: readonly CheckoutLine[], leaseSeconds: number): Promise<void> {
  const { id, cartId, userId, actor, key, total, countryCode, paymentToken } = checkout;
  await tx.execute(insert, [id, cartId, userId, actor, key, total.currency, countryCode, total.units, total.exponent, paymentToken, leaseSeconds]);
  await tx.execute(insertLines, [
    id, lines.map((line) => line.position), lines.map((line) => line.variantId), lines.map((line) => line.productId), lines.map((line) => line.sku),
    lines.map((line) => line.name), lines.map((line) => line.quantity), lines.map((line) => line.price.units), lines.map((line) => line.price.exponent),
  ]);
}

export async function listCheckoutUnits(tx: Tx, id: string): Promise<{ variantId: string; quantity: bigint }[]> {
  return (await tx.many(units, [id])).map((found) => ({ variantId: found.variant_id, quantity: found.quantity }));
}

export async function setCheckoutState(tx: Tx, id: string, state: Checkout["state"]): Promise<void> {
  await tx.execute(setState, [id, state]);
}

/** 0 ends the lease. */
export async function leaseCheckout(db: Reader, id: string, seconds: number): Promise<void> {
  await db.execute(lease, [id, seconds]);
}

/** Takes up to `limit` purchases whose lease has ended; two who ask at once get different ones. */
export async function takeOverCheckouts(db: Reader, leaseSeconds: number, limit: number): Promise<Checkout[]> {
  return (await db.many(takeOver, [leaseSeconds, limit])).map(toCheckout);
}
