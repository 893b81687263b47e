import { describe, expect, test } from "vitest";
import { fc } from "#platform/testing/properties.ts";
import { GUEST } from "#kit/viewer.ts";
import { money, sum, times, toDecimal } from "#schema/values/money.ts";
import { assertCancellable, planCancellation } from "../domain/cancellation.ts";
import { type CartLine, decideLines, MAX_LINES, MAX_QUANTITY, maySeeCart, mayUseCart, totalOf, type WantedLine } from "../domain/cart.ts";
import { refusalOfPriced } from "../domain/checkout.ts";
import type { OrderLine } from "../domain/order.ts";
import { ORDER_STATES } from "../domain/orderState.ts";
import { priceCart } from "../domain/pricing/priceCart.ts";
import type { PricingLine } from "../domain/pricing/types.ts";

const price = fc.record({ units: fc.bigInt({ min: 0n, max: 10_000_000n }), exponent: fc.integer({ min: 0, max: 6 }) }).map(({ units, exponent }) => money(units, "GBP", exponent));
const quantity = fc.bigInt({ min: 1n, max: BigInt(MAX_QUANTITY) });
const lines = fc.array(fc.record({ price, quantity }), { minLength: 1, maxLength: 20 });

describe("money", () => {
  test("a total is within half a penny of the exact sum, and the same in any order", () => {
    fc.assert(fc.property(lines, (parts) => {
      const exact = sum(parts.map((part) => times(part.price, part.quantity)), "GBP");
      const total = totalOf(parts, "GBP");
      expect(total.exponent).toBe(2);
      const scale = 10n ** BigInt(exact.exponent - 2);
      const difference = total.units * scale - exact.units;
      expect((difference < 0n ? -difference : difference) * 2n <= scale).toBe(true);
      expect(totalOf(parts.toReversed(), "GBP")).toEqual(total);
    }));
  });

  test("rounding is done once: pennies of pennies add up before they are rounded", () => {
    // Each line alone would round to 0.01; together they are 0.05.
    const parts = Array.from({ length: 10 }, () => ({ price: money(5n, "GBP", 3), quantity: 1n }));
    expect(toDecimal(totalOf(parts, "GBP"))).toBe("0.05");
    expect(toDecimal(totalOf([{ price: money(125n, "GBP", 3), quantity: 1n }], "GBP"))).toBe("0.12");
    expect(toDecimal(totalOf([{ price: money(135n, "GBP", 3), quantity: 1n }], "GBP"))).toBe("0.14");
  });

  test("what is given back is what was bought, line by line", () => {
    fc.assert(fc.property(lines, (parts) => {
      const bought = parts.map((part, index): OrderLine => ({ id: `l${index}`, orderId: "o", position: index, code: "c", name: "n", quantity: part.quantity, unitPrice: part.price, variantId: `v${index}`, productId: "p", discount: money(0n, "GBP"), tax: money(0n, "GBP"), taxIncluded: money(0n, "GBP") }));
      const plan = planCancellation(bought, [], []);
      const back = plan.items.map((item) => ({ price: money(item.unitAmount, "GBP", item.exponent), quantity: item.quantity }));
      expect(totalOf(back, "GBP")).toEqual(totalOf(parts, "GBP"));
    }));
  });
});

describe("refusalOfPriced", () => {
  const line: PricingLine = {
    position: 1, variantId: "b", productId: "p", vendorId: null, categoryId: null, sku: "B", name: "b", quantity: 3n, unitPrice: money(150n, "GBP"), weightGrams: null, taxClass: "standard",
  };
  const priced = (lines: readonly PricingLine[]) => priceCart({ currency: "GBP", lines, shipping: null, taxRates: [], giftCards: [], at: new Date(0), customer: { userId: null, orderCount: 0 }, countryCode: null, codes: [], promotions: [] });

  test.each([["4.50"], ["4.5"], ["4.500000"], [undefined]])("an expectation of %s is met", (expected) => expect(refusalOfPriced(priced([line]), expected)).toBeUndefined());
  test.each([["4.49"], ["4.500001"], ["-4.50"], ["0"]])("an expectation of %s is not", (expected) => {
    expect(refusalOfPriced(priced([line]), expected)).toMatchObject({ code: "PRICE_CHANGED", actual: { units: 450n } });
  });
  test("refuses an empty cart and one that is too large", () => {
    expect(refusalOfPriced(priced([]), undefined)).toEqual({ code: "EMPTY_CART" });
    expect(refusalOfPriced(priced([{ ...line, unitPrice: money(10n ** 15n, "GBP") }]), undefined)).toEqual({ code: "ORDER_TOO_LARGE" });
  });
});

describe("decideLines", () => {
  const wanted = (variantId: string, quantity: number): WantedLine => ({ apiId: `var_${variantId}`, variantId, quantity });
  const have: CartLine[] = [{ cartId: "c", variantId: "old", quantity: 3n }];

  test("takes all lines or none: an accepted list is what was asked for", () => {
    const variants = ["a", "b", "old", "gone"];
    fc.assert(fc.property(fc.array(fc.record({ id: fc.constantFrom(...variants), quantity: fc.integer({ min: -2, max: MAX_QUANTITY + 2 }) }), { maxLength: 6 }), (asked) => {
      const decided = decideLines(have, asked.map((line) => wanted(line.id, line.quantity)), new Set(["a", "b"]));
      if (!decided.ok) return;
      expect(decided.value).toEqual(asked.map((line) => ({ variantId: line.id, quantity: line.quantity })));
      for (const { variantId, quantity: units } of decided.value) expect(units >= 0 && units <= MAX_QUANTITY && (variantId !== "gone") && (variantId !== "old" || units === 0)).toBe(true);
    }));
  });

  test("the cart stays within its bounds", () => {
    const many = Array.from({ length: MAX_LINES }, (_, index) => `v${index}`);
    expect(decideLines([], many.map((id) => wanted(id, 1)), new Set(many)).ok).toBe(true);
    expect(decideLines(have, many.map((id) => wanted(id, 1)), new Set(many))).toEqual({ ok: false, error: { code: "TOO_MANY_LINES" } });
    expect(decideLines(have, [wanted("old", 0), ...many.slice(1).map((id) => wanted(id, 1))], new Set(many)).ok).toBe(true);
  });
});

describe("whose cart", () => {
  const of = (userId: string | null, ...roles: ("CUSTOMER" | "SUPPORT")[]) => ({ userId, roles, vendorIds: [] });
  test("a guest's is anybody's who holds its id; a person's is theirs to use and SUPPORT's to see", () => {
    for (const viewer of [GUEST, of("bob", "CUSTOMER")]) expect([maySeeCart({ userId: null }, viewer), mayUseCart({ userId: null }, viewer)]).toEqual([true, true]);
    expect([maySeeCart({ userId: "ada" }, of("ada")), mayUseCart({ userId: "ada" }, of("ada"))]).toEqual([true, true]);
    expect([maySeeCart({ userId: "ada" }, of("sam", "SUPPORT")), mayUseCart({ userId: "ada" }, of("sam", "SUPPORT"))]).toEqual([true, false]);
    for (const viewer of [GUEST, of("bob", "CUSTOMER")]) expect([maySeeCart({ userId: "ada" }, viewer), mayUseCart({ userId: "ada" }, viewer)]).toEqual([false, false]);
  });
});

describe("states", () => {
  test("only what can become CANCELLED is cancelled, and nothing of which money went back already, is on its way or in dispute", () => {
    const paid = (refundedUnits: bigint, more: { state?: "DISPUTED"; refundingUnits?: bigint } = {}) => ({ state: "CAPTURED" as const, refundedUnits, refundingUnits: 0n, ...more });
    expect(ORDER_STATES.filter((state) => assertCancellable({ state }, [paid(0n)]).ok)).toEqual(["PLACED", "PAID"]);
    expect(assertCancellable({ state: "PAID" }, [paid(1n)])).toEqual({ ok: false, error: { code: "ORDER_NOT_CANCELLABLE", state: "PAID" } });
    for (const moved of [paid(0n, { refundingUnits: 1n }), paid(0n, { state: "DISPUTED" })]) expect(assertCancellable({ state: "PAID" }, [paid(0n), moved]).ok).toBe(false);
  });
});
