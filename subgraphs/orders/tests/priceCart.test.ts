import { describe, expect, test } from "vitest";
import { fc } from "#platform/testing/properties.ts";
import { money } from "#schema/values/money.ts";
import { freezePriced, thawPriced } from "../domain/pricing/frozenPrices.ts";
import { priceCart, type PricingInput } from "../domain/pricing/priceCart.ts";
import type { TaxRate } from "../domain/pricing/tax.ts";
import type { Promotion, PromotionBenefit } from "../domain/promotions/types.ts";
import type { PricedCart, PricingLine } from "../domain/pricing/types.ts";

const AT = new Date("2011-12-10T09:00:00Z");
const uuid = (n: number) => `01900005-0000-7000-8000-${n.toString(16).padStart(12, "0")}`;

const line = (position: number, units: bigint, exponent: number, quantity: bigint, taxClass = "standard", weightGrams: number | null = null): PricingLine => ({
  position, variantId: uuid(position), productId: uuid(1_000 + position), vendorId: null, categoryId: null, sku: `S${position}`, name: `Thing ${position}`,
  quantity, unitPrice: money(units, "GBP", exponent), weightGrams, taxClass,
});
const rate = (taxClass: string, rateBps: number, isIncluded: boolean): TaxRate => ({
  id: uuid(9), countryCode: "GB", taxClass, name: `VAT ${taxClass}`, rateBps, isIncluded, validFrom: AT, validTo: null, version: 1,
});
const carriage = (units: bigint) => ({ methodId: uuid(8), name: "Standard", description: null, units, taxClass: "standard", minDays: null, maxDays: null });
const cartOf = (lines: readonly PricingLine[], more: Partial<PricingInput> = {}): PricingInput => ({
  currency: "GBP", countryCode: "GB", customer: { userId: null, orderCount: 0 }, lines, shipping: null, codes: [], promotions: [], taxRates: [], giftCards: [], at: AT, ...more,
});
const promotion = (n: number, benefit: PromotionBenefit, variants: readonly number[] = []): Promotion => ({
  id: uuid(70 + n), label: `Promotion ${n}`, currency: "GBP", benefit, target: { productIds: [], variantIds: variants.map(uuid), categoryIds: [], vendorIds: [] },
  conditions: { minSubtotalUnits: null, minQuantity: null, countries: [], customers: "EVERYONE", startsAt: null, endsAt: null },
  stacking: { priority: 0, isExclusive: false, group: "any", combinesWith: ["*"] }, needsCode: false, codes: [], usedUp: null,
});
const anyBenefit: fc.Arbitrary<PromotionBenefit> = fc.oneof(
  fc.record({ kind: fc.constant("PERCENTAGE_OFF" as const), bps: fc.integer({ min: 1, max: 10_000 }) }),
  fc.record({ kind: fc.constant("AMOUNT_OFF" as const), units: fc.bigInt({ min: 1n, max: 1_000_000n }) }),
  fc.record({ kind: fc.constant("FREE_SHIPPING" as const), maxUnits: fc.option(fc.bigInt({ min: 1n, max: 500n })) }),
  fc.record({
    kind: fc.constant("BUY_X_GET_Y" as const), buy: fc.bigInt({ min: 1n, max: 3n }), get: fc.bigInt({ min: 1n, max: 2n }), bps: fc.integer({ min: 1, max: 10_000 }),
    gets: fc.constant({ productIds: [], variantIds: [], categoryIds: [], vendorIds: [] }), maxSets: fc.option(fc.bigInt({ min: 1n, max: 5n })),
  }),
);

const anyInput: fc.Arbitrary<PricingInput> = fc.record({
  lines: fc.array(fc.record({
    units: fc.bigInt({ min: 0n, max: 5_000_000n }), exponent: fc.constantFrom(0, 2, 2, 3, 3, 4, 6), quantity: fc.bigInt({ min: 1n, max: 100_000n }), taxClass: fc.constantFrom("standard", "reduced", "zero"),
  }), { maxLength: 12 }),
  shipping: fc.option(fc.bigInt({ min: 0n, max: 10_000n })),
  rates: fc.subarray([rate("standard", 2_000, true), rate("reduced", 550, false), rate("zero", 0, true), rate("standard", 1_975, false)]),
  cards: fc.array(fc.bigInt({ min: 0n, max: 9_000_000n }), { maxLength: 3 }),
  benefits: fc.array(fc.tuple(anyBenefit, fc.subarray([1, 2, 3, 4])), { maxLength: 4 }),
}).map(({ lines, shipping, rates, cards, benefits }) => cartOf(lines.map((one, index) => line(index + 1, one.units, one.exponent, one.quantity, one.taxClass)), {
  shipping: shipping === null ? null : carriage(shipping),
  taxRates: [...new Map(rates.map((one) => [one.taxClass, one])).values()],
  promotions: benefits.map(([benefit, variants], index) => promotion(index, benefit, variants)),
  giftCards: cards.map((balanceUnits, index) => ({ giftCardId: uuid(50 + index), last4: "ABCD", balanceUnits })),
}));

const add = (units: readonly bigint[]) => units.reduce((so, one) => so + one, 0n);

/** Every sum that must hold of a priced cart. */
function expectNoPennyLost({ lines, discounts, shipping, taxes, giftCards, totals }: PricedCart): void {
  expect(add(lines.map((one) => one.subtotalUnits))).toBe(totals.subtotal);
  expect(add(discounts.map((one) => one.units))).toBe(totals.discount);
  expect(add(lines.map((one) => one.discountUnits)) + (shipping?.discountUnits ?? 0n)).toBe(totals.discount);
  expect(add(lines.map((one) => one.taxUnits)) + (shipping?.taxUnits ?? 0n)).toBe(totals.tax);
  expect(add(lines.map((one) => one.taxIncludedUnits)) + (shipping?.taxIncludedUnits ?? 0n)).toBe(totals.taxIncluded);
  expect(add(taxes.map((one) => one.taxUnits))).toBe(totals.tax + totals.taxIncluded);
  expect(totals.shipping).toBe(shipping?.units ?? 0n);
  expect(totals.subtotal - totals.discount + totals.shipping + totals.tax).toBe(totals.total);
  expect(add(giftCards.map((one) => one.units))).toBe(totals.giftCards);
  expect(totals.total - totals.giftCards).toBe(totals.due);
  for (const units of [...Object.values(totals), ...lines.flatMap((one) => [one.subtotalUnits, one.subtotalUnits - one.discountUnits, one.taxUnits, one.taxIncludedUnits])]) expect(units >= 0n).toBe(true);
  for (const tax of taxes) expect(tax.baseUnits >= 0n && tax.taxUnits >= 0n).toBe(true);
  for (const one of lines) expect(one.taxIncludedUnits <= one.subtotalUnits - one.discountUnits).toBe(true);
}

describe("priceCart", () => {
  test("no penny is lost or invented, and nothing is negative", () => {
    fc.assert(fc.property(anyInput, (input) => expectNoPennyLost(priceCart(input))), { numRuns: 1_000 });
  });

  test("the subtotal is the exact sum rounded once, within half a unit of it", () => {
    fc.assert(fc.property(anyInput, (input) => {
      const exact = add(input.lines.map((one) => one.quantity * one.unitPrice.units * 10n ** BigInt(6 - one.unitPrice.exponent)));
      const apart = priceCart(input).totals.subtotal * 10_000n - exact;
      expect(apart <= 5_000n && apart >= -5_000n).toBe(true);
    }));
  });

  test("a line's share of the subtotal is its exact amount, rounded down or up", () => {
    fc.assert(fc.property(anyInput, (input) => {
      for (const { amount, subtotalUnits } of priceCart(input).lines) {
        const scale = 10n ** BigInt(Math.max(amount.exponent - 2, 0));
        const exact = amount.units * 10n ** BigInt(Math.max(2 - amount.exponent, 0));
        const apart = subtotalUnits * scale - exact;
        expect(apart < 2n * scale && apart > -2n * scale).toBe(true);
      }
    }));
  });

  test("the order of the lines changes nothing but their order", () => {
    fc.assert(fc.property(anyInput.chain((input) => fc.tuple(fc.constant(input), fc.shuffledSubarray([...input.lines], { minLength: input.lines.length }))), ([input, shuffled]) => {
      const moved = shuffled.map((one, index) => ({ ...one, position: index + 1 }));
      const [a, b] = [priceCart(input), priceCart({ ...input, lines: moved })];
      expect(b.totals).toEqual(a.totals);
      const shares = (cart: PricedCart) => Object.fromEntries(cart.lines.map((one) => [one.variantId, [one.subtotalUnits, one.discountUnits, one.taxUnits, one.taxIncludedUnits]]));
      expect(shares(b)).toEqual(shares(a));
    }));
  });

  test("frozen and thawed it is the same, also through the text of a database", () => {
    fc.assert(fc.property(anyInput, (input) => {
      const priced = priceCart(input);
      expect(thawPriced(JSON.parse(JSON.stringify(freezePriced(priced))))).toEqual(priced);
    }));
    for (const none of [null, {}, [], "1", { totals: {} }]) expect(() => thawPriced(none)).toThrow(TypeError);
  });

  test("unit prices of three decimals are summed before they are rounded, and the odd penny goes to the larger remainder", () => {
    const { totals, lines } = priceCart(cartOf([line(1, 125n, 3, 3n), line(2, 150n, 2, 5n)]));
    // 0.375 + 7.50 = 7.875, half to even
    expect(totals.subtotal).toBe(788n);
    expect(lines.map((one) => one.subtotalUnits)).toEqual([38n, 750n]);
  });

  test("tax that is included is no part of the sum; tax that is added is", () => {
    const lines = [line(1, 1_200n, 2, 1n), line(2, 1_000n, 2, 1n, "reduced")];
    const { totals, taxes } = priceCart(cartOf(lines, { taxRates: [rate("standard", 2_000, true), rate("reduced", 500, false)], shipping: carriage(600n) }));
    expect(totals).toMatchObject({ subtotal: 2_200n, shipping: 600n, tax: 50n, taxIncluded: 300n, total: 2_850n });
    expect(taxes).toEqual([
      { linePosition: 1, name: "VAT standard", rateBps: 2_000, isIncluded: true, baseUnits: 1_000n, taxUnits: 200n },
      { linePosition: 2, name: "VAT reduced", rateBps: 500, isIncluded: false, baseUnits: 1_000n, taxUnits: 50n },
      { linePosition: null, name: "VAT standard", rateBps: 2_000, isIncluded: true, baseUnits: 500n, taxUnits: 100n },
    ]);
  });

  test("tax is rounded once per rate, not per line", () => {
    // A fifth of 0.02 is 0.004: nothing on each line, 0.04 on all ten.
    const lines = Array.from({ length: 10 }, (_none, index) => line(index + 1, 2n, 2, 1n));
    expect(priceCart(cartOf(lines, { taxRates: [rate("standard", 2_000, false)] })).totals.tax).toBe(4n);
  });

  test("a class without a rate of its own falls under the standard one; without that it is untaxed", () => {
    const lines = [line(1, 1_200n, 2, 1n, "books")];
    expect(priceCart(cartOf(lines, { taxRates: [rate("standard", 2_000, true)] })).totals.taxIncluded).toBe(200n);
    expect(priceCart(cartOf(lines, { taxRates: [rate("reduced", 500, true)] })).taxes).toEqual([]);
  });

  test("discounts come off what is taxed; those of the shipping off the shipping", () => {
    const promotions = [promotion(1, { kind: "PERCENTAGE_OFF", bps: 5_000 }, [1]), promotion(2, { kind: "FREE_SHIPPING", maxUnits: 100n })];
    const { totals, lines, shipping, discounts } = priceCart(cartOf([line(2, 1_000n, 2, 1n), line(1, 1_200n, 2, 1n)], { taxRates: [rate("standard", 2_000, true)], shipping: carriage(700n), promotions }));
    expect(totals).toMatchObject({ subtotal: 2_200n, discount: 700n, shipping: 700n, taxIncluded: 367n, total: 2_200n });
    expect(lines.map((one) => [one.position, one.discountUnits, one.taxIncludedUnits])).toEqual([[1, 600n, 100n], [2, 0n, 167n]]);
    expect(shipping).toMatchObject({ units: 700n, discountUnits: 100n, taxIncludedUnits: 100n });
    expect(discounts.map(({ label, target, linePosition, units }) => [label, target, linePosition, units])).toEqual([["Promotion 1", "LINE", 1, 600n], ["Promotion 2", "SHIPPING", null, 100n]]);
  });

  test("gift cards pay last and never more than is due", () => {
    const card = (n: number, balanceUnits: bigint) => ({ giftCardId: uuid(n), last4: "WXYZ", balanceUnits });
    const { totals, giftCards } = priceCart(cartOf([line(1, 1_000n, 2, 1n)], { giftCards: [card(1, 300n), card(2, 0n), card(3, 5_000n), card(4, 100n)] }));
    expect(totals).toMatchObject({ total: 1_000n, giftCards: 1_000n, due: 0n });
    expect(giftCards.map((one) => one.units)).toEqual([300n, 700n]);
  });

  test("an empty cart comes to nothing", () => {
    expect(Object.values(priceCart(cartOf([])).totals).every((units) => units === 0n)).toBe(true);
  });
});
