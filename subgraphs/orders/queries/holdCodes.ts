import type { Tx } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";
import type { Discount, PricedCart } from "../domain/pricing/types.ts";
import { normalizeCode } from "../domain/promotions/codes.ts";
import type { HoldReason, HoldRefusal } from "../domain/promotions/holdRefusal.ts";
import { customerKeys } from "./customerKeys.ts";
import { holdGiftCards, releaseGiftCards, spendGiftCards } from "./giftCardHolds.ts";

/*
 * Every use of a promotion or a code is counted by one conditional UPDATE behind a CHECK, in the transaction that holds, spends or
 * releases it. A use's own row tells which counters it stands in, so each is taken back exactly once.
 */

// The shared lock keeps whoever sets limits or switches promotions off waiting until the use is counted; buyers do not meet.
const lock = query({
  name: "orders.lockPromotions",
  text: `select p.id, p.customer_limit, k.cart_id,
      p.customers = 'FIRST_ORDER' and exists (
        select 1 from orders.order_contacts c join orders.orders o on o.id = c.order_id where lower(c.email) = lower($3) and o.state <> 'CANCELLED') as has_bought,
      exists (select 1 from orders.promotion_redemptions r where r.checkout_id = $1 and r.promotion_id = p.id and r.state <> 'RELEASED') as is_held
    from orders.checkouts k join orders.promotions p on p.id = any($2) and p.is_active
    where k.id = $1 order by p.id for share of p`,
  params: ["uuid", "uuid[]", "text?"],
  row: { id: "uuid", customer_limit: "int4?", cart_id: "uuid", has_bought: "bool", is_held: "bool" },
  budget: { access: "write", maxRows: 100 },
});

const hold = query({
  name: "orders.holdPromotion",
  text: `with uses as (
      update orders.promotion_uses u set held = u.held + 1 where u.promotion_id = $2 and u.held + u.used < u.usage_limit returning 1
    ), code as (
      select c.id, c.usage_limit is not null as is_limited from orders.promotion_codes c where c.normalized = $3 and c.promotion_id = $2 and c.is_active
    ), coded as (
      update orders.promotion_codes c set held = c.held + 1 from code
      where c.id = code.id and code.is_limited and c.is_active and c.held + c.used < c.usage_limit returning 1
    ), customers as (
      insert into orders.promotion_customer_uses as u (promotion_id, customer_key, usage_limit, held)
      select $2, k.customer_key, $5::int4, 1 from unnest($4::text[]) as k (customer_key) where $5::int4 is not null
      on conflict (promotion_id, customer_key) do update set held = u.held + 1, usage_limit = excluded.usage_limit
      where u.held + u.used < excluded.usage_limit
      returning u.customer_key
    ), redeemed as (
      insert into orders.promotion_redemptions as r (checkout_id, promotion_id, code_id, state, is_counted, is_code_counted, customer_keys, units, cart_id)
      values ($1, $2, (select id from code), 'HELD', exists (select 1 from uses), exists (select 1 from coded), array(select customer_key from customers), $6, $7)
      on conflict (checkout_id, promotion_id) do update set state = 'HELD', code_id = excluded.code_id, is_counted = excluded.is_counted,
        is_code_counted = excluded.is_code_counted, customer_keys = excluded.customer_keys, units = excluded.units, held_at = clock_timestamp(), settled_at = null
      where r.state = 'RELEASED'
    )
    select exists (select 1 from uses) or not exists (select 1 from orders.promotion_uses u where u.promotion_id = $2) as has_use,
      $3::text is null or exists (select 1 from code) as has_code,
      $3::text is null or exists (select 1 from code where not is_limited) or exists (select 1 from coded) as has_code_use,
      $5::int4 is null or (select count(*) from customers) = cardinality($4::text[]) as has_customer_use`,
  params: ["uuid", "uuid", "text?", "text[]", "int4?", "int8", "uuid"],
  row: { has_use: "bool", has_code: "bool", has_code_use: "bool", has_customer_use: "bool" },
  budget: { access: "write", maxRows: 1 },
});

const spend = query({
  name: "orders.spendPromotions",
  text: `with ended as (
      update orders.promotion_redemptions set state = 'USED', order_id = $2, settled_at = clock_timestamp()
      where checkout_id = $1 and state = 'HELD' returning promotion_id, code_id, is_counted, is_code_counted, customer_keys
    ), uses as (
      update orders.promotion_uses u set held = u.held - 1, used = u.used + 1 from ended e where u.promotion_id = e.promotion_id and e.is_counted
    ), codes as (
      update orders.promotion_codes c set held = c.held - 1, used = c.used + 1 from ended e where c.id = e.code_id and e.is_code_counted
    ), customers as (
      update orders.promotion_customer_uses u set held = u.held - 1, used = u.used + 1 from ended e where u.promotion_id = e.promotion_id and u.customer_key = any(e.customer_keys)
    )
    select count(*) as ended from ended`,
  params: ["uuid", "uuid"],
  row: { ended: "int8" },
  budget: { access: "write", maxRows: 1 },
});

const release = query({
  name: "orders.releasePromotions",
  text: `with ended as (
      update orders.promotion_redemptions set state = 'RELEASED', settled_at = clock_timestamp()
      where checkout_id = $1 and state = 'HELD' returning promotion_id, code_id, is_counted, is_code_counted, customer_keys
    ), uses as (
      update orders.promotion_uses u set held = u.held - 1 from ended e where u.promotion_id = e.promotion_id and e.is_counted
    ), codes as (
      update orders.promotion_codes c set held = c.held - 1 from ended e where c.id = e.code_id and e.is_code_counted
    ), customers as (
      update orders.promotion_customer_uses u set held = u.held - 1 from ended e where u.promotion_id = e.promotion_id and u.customer_key = any(e.customer_keys)
    )
    select count(*) as ended from ended`,
  params: ["uuid"],
  row: { ended: "int8" },
  budget: { access: "write", maxRows: 1 },
});

/** Most checkouts hold nothing: they are told by one look. */
const held = query({
  name: "orders.heldByCheckout",
  text: `select coalesce((select bool_or(r.state = 'HELD') from orders.promotion_redemptions r where r.checkout_id = $1), false) as codes,
    coalesce((select bool_or(h.state = 'HELD') from orders.gift_card_holds h where h.checkout_id = $1), false) as cards`,
  params: ["uuid"],
  row: { codes: "bool", cards: "bool" },
  budget: { access: "index", maxRows: 1 },
});

/**
 * Holds every use of a promotion and every part of a gift card that went into the price of a checkout, or none of them: then it
 * answers what stands in the way. The checkout's row is there already. Whoever calls it twice for a checkout holds once. Takes no statement
 * where the price holds no promotion and no gift card.
 */
export async function holdCodes(tx: Tx, checkoutId: string, customer: { userId: string | null; email: string | null }, priced: Pick<PricedCart, "discounts" | "giftCards">): Promise<HoldRefusal[]> {
  const refusals = [...(await holdPromotions(tx, checkoutId, customer, priced.discounts)), ...(await holdGiftCards(tx, checkoutId, priced.giftCards))];
  // What was taken before the refusal goes back in the same transaction: nobody else has seen it.
  if (refusals.length > 0) await releaseCodes(tx, checkoutId);
  return refusals;
}

async function holdPromotions(tx: Tx, checkoutId: string, customer: { userId: string | null; email: string | null }, discounts: readonly Discount[]): Promise<HoldRefusal[]> {
  if (discounts.length === 0) return [];
  // One order of locks for all checkouts.
  const wanted = [...Map.groupBy(discounts, (discount) => discount.promotionId)].sort(([a], [b]) => (a < b ? -1 : 1));
  const live = new Map((await tx.many(lock, [checkoutId, wanted.map(([id]) => id), customer.email?.trim() ?? null])).map((row) => [row.id, row]));
  const refusals: HoldRefusal[] = [];
  for (const [promotionId, parts] of wanted) {
    const [{ code, label }] = parts as [Discount, ...Discount[]];
    const promotion = live.get(promotionId);
    const refuse = (reason: HoldReason) => void refusals.push({ code: code ?? label, reason });
    if (promotion?.is_held) continue;
    if (!promotion) refuse("NO_LONGER_VALID");
    else if (promotion.has_bought) refuse("USED_BY_CUSTOMER");
    else {
      const keys = promotion.customer_limit === null ? [] : customerKeys(customer, promotion.cart_id);
      const units = parts.reduce((sum, part) => sum + part.units, 0n);
      const got = await tx.one(hold, [checkoutId, promotionId, code === null ? null : (normalizeCode(code) ?? code), keys, promotion.customer_limit, units, promotion.cart_id]);
      if (!got.has_code) refuse("NO_LONGER_VALID");
      else if (!got.has_use || !got.has_code_use) refuse("USED_UP");
      else if (!got.has_customer_use) refuse("USED_BY_CUSTOMER");
    }
  }
  return refusals;
}

/**
 * Turns what a checkout holds into what its order has used: promotions count as used, gift cards pay their parts. Books
 * GIFT_CARD_SPENT (debit gift_cards, credit receivable) and tells GiftCardSpent; rows of orders.payments are the caller's. Doing
 * it twice changes nothing.
 */
export async function spendCodes(tx: Tx, checkoutId: string, orderId: string, at?: Date): Promise<void> {
  const has = await tx.one(held, [checkoutId]);
  if (has.codes) await tx.one(spend, [checkoutId, orderId]);
  if (has.cards) await spendGiftCards(tx, checkoutId, orderId, at);
}

/** Gives back whatever a checkout holds. What was spent stays spent; doing it twice changes nothing. */
export async function releaseCodes(tx: Tx, checkoutId: string): Promise<void> {
  const has = await tx.one(held, [checkoutId]);
  if (has.codes) await tx.one(release, [checkoutId]);
  if (has.cards) await releaseGiftCards(tx, checkoutId);
}
