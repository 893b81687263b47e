import { isUuid } from "#schema/values/ids.ts";
import { money, toDecimal } from "#schema/values/money.ts";
import type { Tx } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";
import { writeEvents } from "#platform/events/outbox.ts";
import { planCardRefund } from "../domain/giftCards/planCardRefund.ts";
import { ACCOUNTS } from "../domain/ledger/ledger.ts";
import type { PricedGiftCard } from "../domain/pricing/types.ts";
import type { HoldRefusal } from "../domain/promotions/holdRefusal.ts";
import { postJournals } from "./ledger.ts";

const hold = query({
  name: "orders.holdGiftCards",
  text: `with asked as (
      select a.gift_card_id, a.units from unnest($2::uuid[], $3::int8[]) as a (gift_card_id, units)
      where not exists (select 1 from orders.gift_card_holds h where h.checkout_id = $1 and h.gift_card_id = a.gift_card_id and h.state <> 'RELEASED')
      order by a.gift_card_id
    ), held as (
      update orders.gift_cards g set held_units = g.held_units + a.units from asked a
      where g.id = a.gift_card_id and g.is_active and g.balance_units - g.held_units >= a.units returning g.id, a.units
    ), noted as (
      insert into orders.gift_card_holds (checkout_id, gift_card_id, units, state, cart_id)
      select $1, held.id, held.units, 'HELD', k.cart_id from held join orders.checkouts k on k.id = $1
      on conflict (checkout_id, gift_card_id) do update set state = 'HELD', units = excluded.units
    )
    select a.gift_card_id from asked a where a.gift_card_id not in (select held.id from held)`,
  params: ["uuid", "uuid[]", "int8[]"],
  row: { gift_card_id: "uuid" },
  budget: { access: "write", maxRows: 100 },
});

const release = query({
  name: "orders.releaseGiftCards",
  text: `with ended as (
      update orders.gift_card_holds set state = 'RELEASED' where checkout_id = $1 and state = 'HELD' returning gift_card_id, units
    )
    update orders.gift_cards g set held_units = g.held_units - e.units from ended e where g.id = e.gift_card_id`,
  params: ["uuid"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const spend = query({
  name: "orders.spendGiftCards",
  text: `with ended as (
      update orders.gift_card_holds set state = 'SPENT', order_id = $2 where checkout_id = $1 and state = 'HELD' returning gift_card_id, units
    ), paid as (
      update orders.gift_cards g set held_units = g.held_units - e.units, balance_units = g.balance_units - e.units, version = g.version + 1
      from ended e where g.id = e.gift_card_id returning g.id, g.last4, g.currency, g.exponent, e.units, g.balance_units
    ), moved as (
      insert into orders.gift_card_movements (gift_card_id, kind, reference, order_id, units, balance_after_units, actor, occurred_at)
      select paid.id, 'SPENT', $2::text, $2, -paid.units, paid.balance_units, 'system', coalesce($3, platform.business_now()) from paid
    )
    select paid.id, paid.last4, paid.currency, paid.exponent, paid.units, paid.balance_units, coalesce($3, platform.business_now()) as occurred_at from paid`,
  params: ["uuid", "uuid", "timestamptz?"],
  row: { id: "uuid", last4: "text", currency: "text", exponent: "int2", units: "int8", balance_units: "int8", occurred_at: "timestamptz" },
  budget: { access: "write", maxRows: 100 },
});

// Held until the transaction ends, so that two refunds of one order do not give the same part back twice.
const lockSpent = query({
  name: "orders.lockSpentGiftCards",
  text: `select g.id, g.last4, g.currency, g.exponent from orders.gift_cards g
    where g.id in (select m.gift_card_id from orders.gift_card_movements m where m.order_id = $1) order by g.id for update`,
  params: ["uuid"],
  row: { id: "uuid", last4: "text", currency: "text", exponent: "int2" },
  budget: { access: "write", maxRows: 100 },
});

const spentOn = query({
  name: "orders.giftCardsSpentOnOrder",
  text: `select m.gift_card_id, -sum(m.units)::int8 as units, coalesce(sum(m.units) filter (where m.kind = 'REFUNDED' and m.reference = $2), 0)::int8 as done
    from orders.gift_card_movements m where m.order_id = $1 group by m.gift_card_id order by min(m.id::text)`,
  params: ["uuid", "text"],
  row: { gift_card_id: "uuid", units: "int8", done: "int8" },
  budget: { access: "index", maxRows: 100 },
});

// Money that goes back to a card must be of use: it can be spent for a while at least.
const giveBack = query({
  name: "orders.refundToGiftCards",
  text: `with paid as (
      update orders.gift_cards g set balance_units = g.balance_units + b.units, version = g.version + 1,
        expires_at = case when g.expires_at is not null then greatest(g.expires_at, coalesce($5, platform.business_now()) + make_interval(days => $6)) end
      from unnest($3::uuid[], $4::int8[]) as b (gift_card_id, units) where g.id = b.gift_card_id returning g.id, b.units, g.balance_units
    )
    insert into orders.gift_card_movements (gift_card_id, kind, reference, order_id, units, balance_after_units, actor, occurred_at)
    select paid.id, 'REFUNDED', $2, $1, paid.units, paid.balance_units, 'system', coalesce($5, platform.business_now()) from paid`,
  params: ["uuid", "text", "uuid[]", "int8[]", "timestamptz?", "int4"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

/** Days that a card can be spent at least after money went back to it. */
const SPENDABLE_DAYS = 90;

/** The card behind a payment row: its reference at the provider `gift_card` begins with the card's id, the order's follows. */
export function giftCardOfPayment(providerRef: string): string | undefined {
  const [giftCardId = ""] = providerRef.split(":");
  return isUuid(giftCardId) ? giftCardId : undefined;
}

export async function holdGiftCards(tx: Tx, checkoutId: string, cards: readonly PricedGiftCard[]): Promise<HoldRefusal[]> {
  if (cards.length === 0) return [];
  const short = new Set((await tx.many(hold, [checkoutId, cards.map((card) => card.giftCardId), cards.map((card) => card.units)])).map((row) => row.gift_card_id));
  return cards.filter((card) => short.has(card.giftCardId)).map((card) => ({ code: `****${card.last4}`, reason: "BALANCE_TOO_LOW" }));
}

export async function releaseGiftCards(tx: Tx, checkoutId: string): Promise<void> {
  await tx.execute(release, [checkoutId]);
}

export async function spendGiftCards(tx: Tx, checkoutId: string, orderId: string, at: Date | undefined): Promise<void> {
  const spent = await tx.many(spend, [checkoutId, orderId, at ?? null]);
  await postJournals(tx, spent.map((card) => ({
    kind: "GIFT_CARD_SPENT", reference: `${orderId}:${card.id}`, orderId, currency: card.currency, occurredAt: card.occurred_at,
    entries: [{ account: ACCOUNTS.giftCards, units: card.units }, { account: ACCOUNTS.receivable, units: -card.units }],
  })));
  await writeEvents(tx, spent.map((card) => ({
    aggregate: "gift_card", aggregateId: card.id, type: "GiftCardSpent", occurredAt: card.occurred_at,
    payload: {
      giftCardId: card.id, last4: card.last4, orderId, amount: toDecimal(money(card.units, card.currency, card.exponent)),
      balance: toDecimal(money(card.balance_units, card.currency, card.exponent)), currency: card.currency,
    },
  })));
}

/**
 * Puts `units` of an order that gift cards paid for back on these cards, the one spent last first, or on the one named, and answers
 * how much went to which. An expired card can be spent for 90 days again; a disabled one stays disabled. Books nothing: the caller's
 * REFUND journal credits gift_cards. Done once per refund: a second call answers what the first one did.
 * @throws when the cards did not pay so much, or it went back already
 */
export async function refundGiftCards(tx: Tx, refundId: string, orderId: string, units: bigint, at?: Date, onto?: string): Promise<{ giftCardId: string; units: bigint }[]> {
  if (units < 0n) throw new RangeError("a refund to gift cards is negative");
  if (units === 0n) return [];
  await tx.many(lockSpent, [orderId]);
  const spent = await tx.many(spentOn, [orderId, refundId]);
  const done = spent.filter((card) => card.done > 0n);
  if (done.length > 0) return done.map((card) => ({ giftCardId: card.gift_card_id, units: card.done }));
  const plan = planCardRefund(spent.filter((card) => onto === undefined || card.gift_card_id === onto).map((card) => ({ giftCardId: card.gift_card_id, units: card.units })), units);
  if (!plan) throw new RangeError(`gift cards did not pay ${units} units of order ${orderId} that they could get back`);
  await tx.execute(giveBack, [orderId, refundId, plan.map((part) => part.giftCardId), plan.map((part) => part.units), at ?? null, SPENDABLE_DAYS]);
  return plan;
}
