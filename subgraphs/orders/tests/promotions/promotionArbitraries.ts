import { fc } from "#platform/testing/properties.ts";
import { money } from "#schema/values/money.ts";
import type { Promotion, PromotionInput, PromotionTarget } from "../../domain/promotions/types.ts";

type Line = PromotionInput["lines"][number];

export const EVERYTHING: PromotionTarget = { productIds: [], variantIds: [], categoryIds: [], vendorIds: [] };

/** A line at `price` pence a piece. Its product, category and vendor are told by its position. */
export function lineOf(position: number, price: bigint, quantity: bigint, more: Partial<Line> = {}): Line {
  return {
    position, variantId: `v${position}`, productId: `p${position}`, vendorId: `s${position % 2}`, categoryId: `c${position % 3}`, sku: `sku${position}`, name: `Line ${position}`,
    quantity, unitPrice: money(price, "GBP"), weightGrams: null, taxClass: "standard", subtotalUnits: price * quantity, ...more,
  };
}

export function promotionOf(more: Partial<Promotion> & { id: string }): Promotion {
  return {
    label: `Promotion ${more.id}`, currency: null, benefit: { kind: "PERCENTAGE_OFF", bps: 1_000 }, target: EVERYTHING, needsCode: false, codes: [], usedUp: null,
    conditions: { minSubtotalUnits: null, minQuantity: null, countries: [], customers: "EVERYONE", startsAt: null, endsAt: null },
    stacking: { priority: 0, isExclusive: false, group: "any", combinesWith: ["*"] }, ...more,
  };
}

export function inputOf(lines: readonly Line[], promotions: readonly Promotion[], more: Partial<PromotionInput> = {}): PromotionInput {
  return {
    currency: "GBP", exponent: 2, lines, promotions, shippingUnits: 495n, countryCode: "GB", customer: { userId: null, orderCount: 0 }, codes: [], at: new Date("2011-12-01T00:00:00Z"), ...more,
  };
}

const lineArbitrary = fc.record({ price: fc.bigInt(0n, 20_000n), quantity: fc.bigInt(1n, 40n) });
export const linesArbitrary = fc.array(lineArbitrary, { maxLength: 6 }).map((lines) => lines.map(({ price, quantity }, index) => lineOf(index + 1, price, quantity)));

const target: fc.Arbitrary<PromotionTarget> = fc.oneof(
  { weight: 2, arbitrary: fc.constant(EVERYTHING) },
  fc.record({
    productIds: fc.subarray(["p1", "p2"]), variantIds: fc.subarray(["v1", "v3", "v6"]), categoryIds: fc.subarray(["c0", "c1"]), vendorIds: fc.subarray(["s0"]),
  }),
);
const small = fc.bigInt(1n, 4n);
const benefit: fc.Arbitrary<Promotion["benefit"]> = fc.oneof(
  fc.record({ kind: fc.constant("PERCENTAGE_OFF" as const), bps: fc.integer({ min: 1, max: 10_000 }) }),
  fc.record({ kind: fc.constant("AMOUNT_OFF" as const), units: fc.bigInt(1n, 100_000n) }),
  fc.record({ kind: fc.constant("BUY_X_GET_Y" as const), buy: small, get: small, bps: fc.integer({ min: 1, max: 10_000 }), gets: target, maxSets: fc.option(small) }),
  fc.record({ kind: fc.constant("FREE_SHIPPING" as const), maxUnits: fc.option(fc.bigInt(1n, 600n)) }),
);
const stacking = fc.record({
  priority: fc.integer({ min: -1, max: 2 }), isExclusive: fc.boolean(), group: fc.constantFrom("a", "b"), combinesWith: fc.subarray(["a", "b", "*"]),
});
const conditions = fc.record({
  minSubtotalUnits: fc.option(fc.bigInt(1n, 50_000n)), minQuantity: fc.option(fc.bigInt(1n, 30n)), countries: fc.subarray(["GB", "FR"]),
  customers: fc.constantFrom("EVERYONE" as const, "REGISTERED" as const, "FIRST_ORDER" as const), startsAt: fc.constant(null), endsAt: fc.constant(null),
});

export const promotionsArbitrary: fc.Arbitrary<Promotion[]> = fc
  .array(fc.record({ benefit, target, stacking, conditions, usedUp: fc.constantFrom(null, null, null, "SHOP" as const) }), { maxLength: 6 })
  .map((all) => all.map((one, index) => promotionOf({ ...one, id: `id${index}` })));
