import { money, type Money } from "#schema/values/money.ts";
import type { Reader } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";
import { MAX_LINES } from "../domain/cart.ts";
import { type CartProblem, deliveryProblems, lineProblems } from "../domain/cartProblems.ts";
import { type CartDelivery, NO_DELIVERY } from "../domain/delivery.ts";
import { type PricingInput, subtotalOf } from "../domain/pricing/priceCart.ts";
import type { PricingRules } from "../domain/pricing/rules.ts";
import { quoteShipping, type ShippingQuote, weightOf, zoneOf } from "../domain/pricing/shipping.ts";
import { ratesFor } from "../domain/pricing/tax.ts";
import type { PricingLine } from "../domain/pricing/types.ts";
import { pricingRulesOf } from "./pricingRules.ts";

// One row per cart. A line is a JSON array, which costs the driver a fraction of a row: variant, quantity, price and exponent when
// it was added, then what the catalogue says of it, null from the product on when it is not on sale.
const contents = query({
  name: "orders.cartContents",
  text: `select c.id, r.stamp,
      (select jsonb_agg(jsonb_build_array(l.variant_id, l.quantity, l.added_unit_amount::text, l.added_exponent,
          s.product_id, s.vendor_id, s.category_id, s.sku, s.variant_name, s.unit_amount::text, s.exponent, s.available, s.weight_grams, s.tax_class)
          order by l.position)
        from orders.cart_lines l
        left join catalog.sellable_variants s on s.variant_id = l.variant_id and s.currency = c.currency and s.status = 'ACTIVE'
        where l.cart_id = c.id) as lines,
      (select jsonb_build_object('email', d.email, 'methodId', d.method_id, 'address', case when d.line1 is null then null else jsonb_build_object(
          'name', d.name, 'line1', d.line1, 'line2', d.line2, 'city', d.city, 'region', d.region, 'postalCode', d.postal_code,
          'countryCode', d.country_code, 'phone', d.phone) end)
        from orders.cart_delivery d where d.cart_id = c.id) as delivery
    from orders.carts c cross join orders.pricing_rules r
    where c.id = any($1)`,
  params: ["uuid[]"],
  row: { id: "uuid", stamp: "uuid", lines: "jsonb?", delivery: "jsonb?" },
  budget: { access: "index", maxRows: 1_000 },
});

type FrozenLine = [
  variantId: string, quantity: number, addedAmount: string | null, addedExponent: number | null,
  productId: string | null, vendorId: string | null, categoryId: string | null, sku: string, name: string, unitAmount: string, exponent: number,
  available: number, weightGrams: number | null, taxClass: string,
];

/** A line of a cart with what the catalogue says of it now. */
export interface ContentLine {
  readonly cartId: string;
  readonly position: number;
  readonly variantId: string;
  readonly quantity: bigint;
  /** What one unit cost when its quantity was last set; null when nobody noted it. */
  readonly addedPrice: Money | null;
  /** Null: it cannot be bought any more. */
  readonly onSale: (PricingLine & { readonly price: Money; readonly available: bigint }) | null;
}

/** What is in a cart and where it goes. */
export interface CartContents {
  readonly cartId: string;
  /** Of the tables it is priced from; see pricingRulesOf. */
  readonly stamp: string;
  readonly lines: readonly ContentLine[];
  readonly delivery: CartDelivery;
}

/** What priceCart needs of a cart, and what is the matter with it. */
export interface LoadedCart {
  readonly pricing: PricingInput;
  readonly problems: readonly CartProblem[];
  /** What delivery would cost by each method that takes the cart to its destination. */
  readonly shippingOptions: readonly ShippingQuote[];
  readonly delivery: CartDelivery;
  readonly contents: CartContents;
}

/** What of a cart its pricing depends on. */
export interface PricedOf {
  readonly id: string;
  /** Who buys; null for a guest. */
  readonly userId: string | null;
  readonly currency: string;
  readonly countryCode: string | null;
}

/** One statement, however many carts and lines. */
export async function listCartContents(db: Reader, carts: readonly { readonly id: string; readonly currency: string }[]): Promise<CartContents[]> {
  const currencies = new Map(carts.map((cart) => [cart.id, cart.currency]));
  return (await db.many(contents, [[...currencies.keys()]])).map((row) => ({
    cartId: row.id,
    stamp: row.stamp,
    lines: ((row.lines ?? []) as FrozenLine[]).slice(0, MAX_LINES).map((line, index) => toLine(row.id, index + 1, currencies.get(row.id) ?? "", line)),
    delivery: (row.delivery as CartDelivery | null) ?? NO_DELIVERY,
  }));
}

function toLine(cartId: string, position: number, currency: string, line: FrozenLine): ContentLine {
  const [variantId, units, addedAmount, addedExponent, productId, vendorId, categoryId, sku, name, unitAmount, exponent, available, weightGrams, taxClass] = line;
  const quantity = BigInt(units);
  const addedPrice = addedAmount === null || addedExponent === null ? null : money(BigInt(addedAmount), currency, addedExponent);
  if (productId === null) return { cartId, position, variantId, quantity, addedPrice, onSale: null };
  const price = money(BigInt(unitAmount), currency, exponent);
  const onSale = { position, variantId, productId, vendorId, categoryId, sku, name, quantity, unitPrice: price, weightGrams, taxClass, price, available: BigInt(available) };
  return { cartId, position, variantId, quantity, addedPrice, onSale };
}

/**
 * All that a cart's prices come from, at `at` in business time: one statement, and one more when the shop's tables have changed
 * since this process read them. Pass a transaction that holds the cart to have it as it is bought.
 */
export async function loadPricing(db: Reader, cart: PricedOf, at: Date): Promise<LoadedCart> {
  const [found] = await listCartContents(db, [cart]);
  if (!found) throw new Error(`there is no cart ${cart.id}`);
  return assembleCart(cart, found, await pricingRulesOf(db, found.stamp), at);
}

/** Pure: from what was read to what is priced. */
export function assembleCart(cart: PricedOf, found: CartContents, rules: PricingRules, at: Date): LoadedCart {
  const { delivery } = found;
  const lines: PricingLine[] = found.lines.flatMap(({ onSale }) => onSale ?? []);
  const destination = { countryCode: delivery.address?.countryCode ?? cart.countryCode, region: delivery.address?.region ?? null };
  const parcel = { currency: cart.currency, weightGrams: weightOf(lines, rules.settings.defaultWeightGrams), valueUnits: subtotalOf(lines, cart.currency) };
  const shippingOptions = lines.length === 0 ? [] : quoteShipping(zoneOf(rules.zones, destination), parcel);
  const pricing: PricingInput = {
    currency: cart.currency, countryCode: destination.countryCode, customer: { userId: cart.userId, orderCount: 0 }, codes: [], promotions: [], lines, taxRates: ratesFor(rules.taxRates, destination.countryCode, at), giftCards: [], at,
    shipping: shippingOptions.find((quote) => quote.methodId === delivery.methodId) ?? null,
  };
  const problems = found.lines.length === 0 ? [] : [...lineProblems(found.lines), ...deliveryProblems(delivery, shippingOptions, rules.settings.deliveryRequired)];
  return { pricing, problems, shippingOptions, delivery, contents: found };
}
