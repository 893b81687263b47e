import { LRUCache } from "lru-cache";
import type { Reader } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";
import { assembleCart, type CartContents, type LoadedCart, type PricedOf, type Reductions } from "../domain/loadedCart.ts";
import type { PricingRules } from "../domain/pricing/rules.ts";
import type { Promotion } from "../domain/promotions/types.ts";
import { listFullCarts } from "./cartContents.ts";
import { listCartGiftCards } from "./cartCodes.ts";
import { pricingRulesOf } from "./pricingRules.ts";
import { listApplicable } from "./promotions.ts";

export type { LoadedCart } from "../domain/loadedCart.ts";

const hasOrdered = query({
  name: "orders.hasOrdered",
  text: "select exists (select from orders.orders o where o.user_id = $1 and o.state <> 'CANCELLED') as answer",
  params: ["uuid"],
  row: { answer: "bool" },
  budget: { access: "index", maxRows: 1 },
});

/**
 * All that a cart's prices come from and what it comes to, at `at` in business time, from what is committed now: one statement, and
 * one more each where codes or promotions, gift cards, or changed tables of the shop have to be asked about. Pass a transaction
 * that holds the cart to have it as it is bought.
 */
export async function loadPricing(db: Reader, cart: PricedOf, at: Date): Promise<LoadedCart> {
  const [found] = await listFullCarts(db, [cart.id]);
  if (!found) throw new Error(`there is no cart ${cart.id}`);
  const { contents } = found;
  const rules = await pricingRulesOf(db, contents.stamp);
  const promotions = await listPromotions(db, cart, contents, rules, at);
  return assembleCart(cart, contents, rules, await withGiftCards(db, cart, contents, promotions, at), at);
}

/** The same from contents that were read already, for looking at a cart: what guests are offered without a code is kept for five seconds. */
export async function priceContents(db: Reader, cart: PricedOf, contents: CartContents, at: Date): Promise<LoadedCart> {
  const rules = await pricingRulesOf(db, contents.stamp);
  const promotions = await recentPromotions(db, cart, contents, rules, at);
  return assembleCart(cart, contents, rules, await withGiftCards(db, cart, contents, promotions, at), at);
}

async function listPromotions(db: Reader, cart: PricedOf, { codes, delivery }: CartContents, { hasAutomaticPromotions }: PricingRules, at: Date): Promise<Promotion[]> {
  if (codes.length === 0 && !hasAutomaticPromotions) return [];
  return listApplicable(db, { ...cart, email: delivery.email }, codes.map(({ code }) => code), at);
}

/** By the tables' stamp and the currency: a promotion that is changed shows at once, one that begins or is used up within the age. */
const recent = new LRUCache<string, Promotion[]>({ max: 64, ttl: 5_000 });

async function recentPromotions(db: Reader, cart: PricedOf, contents: CartContents, rules: PricingRules, at: Date): Promise<Promotion[]> {
  const { codes, delivery } = contents;
  // Whoever is known may have used a promotion already.
  const isKept = codes.length === 0 && cart.userId === null && delivery.email === null;
  if (!isKept || !rules.hasAutomaticPromotions) return listPromotions(db, cart, contents, rules, at);
  const key = `${rules.stamp} ${cart.currency}`;
  const kept = recent.get(key);
  if (kept) return kept;
  const read = await listPromotions(db, cart, contents, rules, at);
  recent.set(key, read);
  return read;
}

async function withGiftCards(db: Reader, cart: PricedOf, { hasGiftCards }: CartContents, promotions: readonly Promotion[], at: Date): Promise<Reductions> {
  const cards = hasGiftCards ? await listCartGiftCards(db, cart.id, at) : [];
  const asksForOrders = cart.userId !== null && promotions.some(({ conditions }) => conditions.customers === "FIRST_ORDER");
  const orderCount = asksForOrders && cart.userId !== null && (await db.one(hasOrdered, [cart.userId])).answer ? 1 : 0;
  return {
    promotions,
    orderCount,
    giftCards: cards.filter((card) => card.currency === cart.currency).map(({ giftCardId, last4, availableUnits }) => ({ giftCardId, last4, balanceUnits: availableUnits })),
  };
}
