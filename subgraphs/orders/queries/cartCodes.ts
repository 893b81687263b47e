import type { Reader, Tx } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";

// What was entered into carts: voucher codes and gift cards.

export const MAX_CODES = 5;
export const MAX_GIFT_CARDS = 5;

/** A code in a cart, in the shop's spelling. Whether it still takes something off is decided when the cart is priced. */
export interface CartCode {
  readonly cartId: string;
  readonly code: string;
  readonly promotionId: string;
  readonly label: string;
}

/** A gift card in a cart. */
export interface CartGiftCard {
  readonly cartId: string;
  readonly giftCardId: string;
  readonly last4: string;
  readonly currency: string;
  /** The currency's own. */
  readonly exponent: number;
  /** What can be spent of it, without what other checkouts hold; 0 where it is disabled or expired. */
  readonly availableUnits: bigint;
}

const codes = query({
  name: "orders.codesOfCarts",
  text: `select e.cart_id, c.code, c.promotion_id, c.label from orders.cart_codes e
    cross join lateral (select k.id, k.code, k.promotion_id, p.label from orders.promotion_codes k join orders.promotions p on p.id = k.promotion_id where k.id = e.code_id limit 1) c where e.cart_id = any($1) order by e.cart_id, e.position, c.id`,
  params: ["uuid[]"],
  row: { cart_id: "uuid", code: "text", promotion_id: "uuid", label: "text" },
  budget: { access: "index", maxRows: 1_000 * MAX_CODES },
});

// What the cart holds itself, in a checkout under way, is its own to spend.
const giftCards = query({
  name: "orders.giftCardsOfCarts",
  text: `select e.cart_id, g.id, g.last4, g.currency, g.exponent,
      case when g.is_active and (g.expires_at is null or g.expires_at > coalesce($2, platform.business_now())) then g.balance_units - g.held_units
        + coalesce((select sum(h.units) from orders.gift_card_holds h where h.cart_id = e.cart_id and h.gift_card_id = g.id and h.state = 'HELD'), 0)::int8 else 0 end as available
    from orders.cart_gift_cards e cross join lateral (select c.* from orders.gift_cards c where c.id = e.gift_card_id limit 1) g where e.cart_id = any($1) order by e.cart_id, e.position, g.id`,
  params: ["uuid[]", "timestamptz?"],
  row: { cart_id: "uuid", id: "uuid", last4: "text", currency: "text", exponent: "int2", available: "int8" },
  budget: { access: "index", maxRows: 1_000 * MAX_GIFT_CARDS },
});

const addCode = query({
  name: "orders.addCartCode",
  text: `insert into orders.cart_codes (cart_id, code_id, position)
    select $1, $2, coalesce((select max(position) from orders.cart_codes where cart_id = $1), 0) + 1 on conflict (cart_id, code_id) do nothing`,
  params: ["uuid", "uuid"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const removeCode = query({
  name: "orders.removeCartCode",
  text: "delete from orders.cart_codes e using orders.promotion_codes c where e.cart_id = $1 and c.id = e.code_id and c.normalized = $2",
  params: ["uuid", "text"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const addGiftCard = query({
  name: "orders.addCartGiftCard",
  text: `insert into orders.cart_gift_cards (cart_id, gift_card_id, position)
    select $1, $2, coalesce((select max(position) from orders.cart_gift_cards where cart_id = $1), 0) + 1 on conflict (cart_id, gift_card_id) do nothing`,
  params: ["uuid", "uuid"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const removeGiftCard = query({
  name: "orders.removeCartGiftCard",
  text: "delete from orders.cart_gift_cards where cart_id = $1 and gift_card_id = $2",
  params: ["uuid", "uuid"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const moveCodes = query({
  name: "orders.moveCartCodes",
  text: `with gone as (delete from orders.cart_codes where cart_id = $1 returning code_id, position),
      last as (select coalesce(max(position), 0) as position, count(*) as codes from orders.cart_codes where cart_id = $2)
    insert into orders.cart_codes (cart_id, code_id, position)
    select $2, gone.code_id, last.position + gone.position from gone, last
    where not exists (select 1 from orders.cart_codes have where have.cart_id = $2 and have.code_id = gone.code_id)
    order by gone.position limit greatest(0, ${MAX_CODES} - (select codes from last)) on conflict do nothing`,
  params: ["uuid", "uuid"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const moveGiftCards = query({
  name: "orders.moveCartGiftCards",
  text: `with gone as (delete from orders.cart_gift_cards where cart_id = $1 returning gift_card_id, position),
      last as (select coalesce(max(position), 0) as position, count(*) as cards from orders.cart_gift_cards where cart_id = $2)
    insert into orders.cart_gift_cards (cart_id, gift_card_id, position)
    select $2, gone.gift_card_id, last.position + gone.position from gone, last
    where not exists (select 1 from orders.cart_gift_cards have where have.cart_id = $2 and have.gift_card_id = gone.gift_card_id)
    order by gone.position limit greatest(0, ${MAX_GIFT_CARDS} - (select cards from last)) on conflict do nothing`,
  params: ["uuid", "uuid"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

/** The codes of carts, each cart's in the order in which they were entered. */
export async function listCartCodes(db: Reader, cartIds: readonly string[]): Promise<CartCode[]> {
  return (await db.many(codes, [cartIds])).map((row) => ({ cartId: row.cart_id, code: row.code, promotionId: row.promotion_id, label: row.label }));
}

/** The gift cards of one cart or of several, in the order in which they were entered: the first one pays first. */
export async function listCartGiftCards(db: Reader, cartId: string | readonly string[], at?: Date): Promise<CartGiftCard[]> {
  const ids = typeof cartId === "string" ? [cartId] : cartId;
  return (await db.many(giftCards, [ids, at ?? null])).map((row) => ({
    cartId: row.cart_id, giftCardId: row.id, last4: row.last4, currency: row.currency, exponent: row.exponent, availableUnits: row.available,
  }));
}

export async function addCartCode(tx: Tx, cartId: string, codeId: string): Promise<void> {
  await tx.execute(addCode, [cartId, codeId]);
}

/** Whether it was there. */
export async function removeCartCode(tx: Tx, cartId: string, normalized: string): Promise<boolean> {
  return (await tx.execute(removeCode, [cartId, normalized])) > 0;
}

export async function addCartGiftCard(tx: Tx, cartId: string, giftCardId: string): Promise<void> {
  await tx.execute(addGiftCard, [cartId, giftCardId]);
}

/** Whether it was there. */
export async function removeCartGiftCard(tx: Tx, cartId: string, giftCardId: string): Promise<boolean> {
  return (await tx.execute(removeGiftCard, [cartId, giftCardId])) > 0;
}

/** Moves codes and gift cards from one cart into another, as far as there is room; both carts are held by the caller. */
export async function moveCartCodes(tx: Tx, fromCartId: string, toCartId: string): Promise<void> {
  await tx.execute(moveCodes, [fromCartId, toCartId]);
  await tx.execute(moveGiftCards, [fromCartId, toCartId]);
}
