import { describe, expect, test } from "vitest";
import { fc } from "#platform/testing/properties.ts";
import { applyPromotions, goTogether, judgePromotions } from "../../domain/promotions/applyPromotions.ts";
import type { Promotion, PromotionInput } from "../../domain/promotions/types.ts";
import { EVERYTHING, inputOf, lineOf, linesArbitrary, promotionOf, promotionsArbitrary } from "./promotionArbitraries.ts";

const arbitrary = fc.tuple(linesArbitrary, promotionsArbitrary, fc.bigInt(0n, 1_000n)).map(([lines, promotions, shippingUnits]) => inputOf(lines, promotions, { shippingUnits }));
const RUNS = { numRuns: 1_000 };
const offByPosition = (input: PromotionInput) => Map.groupBy(applyPromotions(input), (one) => one.linePosition);
const total = (input: PromotionInput) => applyPromotions(input).reduce((sum, one) => sum + one.units, 0n);
const verdict = (promotion: Promotion, more: Partial<PromotionInput> = {}) => judgePromotions(inputOf([lineOf(1, 500n, 2n)], [promotion], more)).verdicts[0]?.refusal;
const nothingAsked = promotionOf({ id: "x" }).conditions;

describe("what holds for any cart and any promotions", () => {
  test("no line and no shipping goes below zero; every part is above zero", () => {
    fc.assert(fc.property(arbitrary, (input) => {
      for (const [position, parts] of offByPosition(input)) {
        const off = parts.reduce((sum, one) => sum + one.units, 0n);
        const most = position === null ? input.shippingUnits : (input.lines.find((line) => line.position === position)?.subtotalUnits ?? -1n);
        expect(off <= most && parts.every((one) => one.units > 0n && (one.target === "SHIPPING") === (position === null))).toBe(true);
      }
    }), RUNS);
  });

  test("the order in which lines and promotions are given has no part in it", () => {
    fc.assert(fc.property(arbitrary.chain((input) => fc.record({
      input: fc.constant(input),
      lines: fc.shuffledSubarray([...input.lines], { minLength: input.lines.length }),
      promotions: fc.shuffledSubarray([...input.promotions], { minLength: input.promotions.length }),
    })), ({ input, lines, promotions }) => {
      expect(judgePromotions({ ...input, lines, promotions })).toEqual(judgePromotions(input));
    }), RUNS);
  });

  test("all that apply go together two by two; an exclusive one applies alone", () => {
    fc.assert(fc.property(arbitrary, (input) => {
      const ids = new Set(applyPromotions(input).map((one) => one.promotionId));
      const applied = input.promotions.filter((one) => ids.has(one.id));
      for (const [index, one] of applied.entries()) for (const other of applied.slice(index + 1)) expect(goTogether(one.stacking, other.stacking)).toBe(true);
      if (applied.some((one) => one.stacking.isExclusive)) expect(applied).toHaveLength(1);
    }), RUNS);
  });

  test("each promotion has one verdict, and none of those refused takes anything off", () => {
    fc.assert(fc.property(arbitrary, (input) => {
      const { discounts, verdicts } = judgePromotions(input);
      expect(verdicts.map((one) => one.promotionId).sort()).toEqual(input.promotions.map((one) => one.id).sort());
      for (const { promotionId, refusal } of verdicts) expect(discounts.some((one) => one.promotionId === promotionId)).toBe(refusal === null);
    }), RUNS);
  });

  test("a condition more never takes more off, where a promotion stands alone", () => {
    fc.assert(fc.property(arbitrary, ({ promotions: [promotion], ...input }) => {
      if (!promotion) return;
      const free = total({ ...input, promotions: [{ ...promotion, conditions: nothingAsked }] });
      expect(total({ ...input, promotions: [promotion] }) <= free).toBe(true);
    }), RUNS);
  });

  test("a larger percentage or amount never takes less off, where a promotion stands alone", () => {
    fc.assert(fc.property(linesArbitrary, fc.integer({ min: 1, max: 9_999 }), fc.bigInt(1n, 100_000n), (lines, bps, units) => {
      const off = (benefit: Promotion["benefit"]) => total(inputOf(lines, [promotionOf({ id: "a", benefit })]));
      expect(off({ kind: "PERCENTAGE_OFF", bps }) <= off({ kind: "PERCENTAGE_OFF", bps: bps + 1 })).toBe(true);
      expect(off({ kind: "AMOUNT_OFF", units }) <= off({ kind: "AMOUNT_OFF", units: units + 1n })).toBe(true);
    }), RUNS);
  });

  test("an amount that fits is taken off to the penny", () => {
    fc.assert(fc.property(linesArbitrary, fc.bigInt(1n, 100_000n), (lines, units) => {
      const subtotal = lines.reduce((sum, line) => sum + line.subtotalUnits, 0n);
      expect(total(inputOf(lines, [promotionOf({ id: "a", benefit: { kind: "AMOUNT_OFF", units } })]))).toBe(units < subtotal ? units : subtotal);
    }), RUNS);
  });
});

describe("benefits", () => {
  const off = (benefit: Promotion["benefit"], lines = [lineOf(1, 1_000n, 1n), lineOf(2, 333n, 3n)], more: Partial<Promotion> = {}) =>
    applyPromotions(inputOf(lines, [promotionOf({ id: "a", benefit, ...more })])).map((one) => [one.linePosition, one.units]);

  test("a percentage is rounded once, over all lines", () => {
    // 10 % of 19.99 are 1.999.
    expect(off({ kind: "PERCENTAGE_OFF", bps: 1_000 })).toEqual([[1, 100n], [2, 100n]]);
    expect(off({ kind: "PERCENTAGE_OFF", bps: 10_000 })).toEqual([[1, 1_000n], [2, 999n]]);
  });

  test("a penny over three equal lines is lost by nobody", () => {
    expect(off({ kind: "AMOUNT_OFF", units: 100n }, [1, 2, 3].map((n) => lineOf(n, 500n, 1n)))).toEqual([[1, 34n], [2, 33n], [3, 33n]]);
  });

  test.each([
    ["variants", { ...EVERYTHING, variantIds: ["v2"] }], ["products", { ...EVERYTHING, productIds: ["p2"] }],
    ["categories", { ...EVERYTHING, categoryIds: ["c2"] }], ["vendors", { ...EVERYTHING, vendorIds: ["s0"] }],
  ])("of %s alone", (_name, target) => {
    expect(off({ kind: "PERCENTAGE_OFF", bps: 5_000 }, undefined, { target })).toEqual([[2, 500n]]);
  });

  test("free shipping takes the shipping off, as far as it goes", () => {
    expect(off({ kind: "FREE_SHIPPING", maxUnits: null })).toEqual([[null, 495n]]);
    expect(off({ kind: "FREE_SHIPPING", maxUnits: 300n })).toEqual([[null, 300n]]);
  });

  test("buy two, get the cheapest free: whole sets only, over all lines", () => {
    const benefit = { kind: "BUY_X_GET_Y", buy: 2n, get: 1n, bps: 10_000, maxSets: null, gets: EVERYTHING } as const;
    expect(off(benefit, [lineOf(1, 900n, 2n), lineOf(2, 100n, 1n)])).toEqual([[2, 100n]]);
    expect(off(benefit, [lineOf(1, 900n, 4n), lineOf(2, 100n, 1n)])).toEqual([[2, 100n]]);
    expect(off(benefit, [lineOf(1, 900n, 5n), lineOf(2, 100n, 1n)])).toEqual([[1, 900n], [2, 100n]]);
    expect(off(benefit, [lineOf(1, 900n, 2n)])).toEqual([]);
    expect(off({ ...benefit, maxSets: 1n }, [lineOf(1, 900n, 9n)])).toEqual([[1, 900n]]);
    expect(off({ ...benefit, bps: 5_000 }, [lineOf(1, 901n, 3n)])).toEqual([[1, 450n]]);
  });

  test("buy of one, get of another: what is bought is not got", () => {
    const gets = { ...EVERYTHING, variantIds: ["v2"] };
    const benefit = { kind: "BUY_X_GET_Y", buy: 1n, get: 1n, bps: 10_000, maxSets: null, gets } as const;
    const target = { ...EVERYTHING, variantIds: ["v1"] };
    expect(off(benefit, [lineOf(1, 900n, 2n), lineOf(2, 100n, 3n)], { target })).toEqual([[2, 200n]]);
    // Everything may be bought, line 2 may be got: of its two units one is bought where nothing else is.
    expect(off(benefit, [lineOf(2, 100n, 2n)])).toEqual([[2, 100n]]);
    expect(off(benefit, [lineOf(1, 900n, 1n), lineOf(2, 100n, 2n)])).toEqual([[2, 100n]]);
    expect(off(benefit, [lineOf(1, 900n, 1n)], { target })).toEqual([]);
  });

  test("the cheapest first, by the exact price of a unit", () => {
    const benefit = { kind: "BUY_X_GET_Y", buy: 1n, get: 1n, bps: 10_000, maxSets: null, gets: EVERYTHING } as const;
    const fine = lineOf(2, 0n, 1n, { unitPrice: { units: 125n, exponent: 3, currency: "GBP" }, subtotalUnits: 13n });
    expect(off(benefit, [lineOf(1, 13n, 1n), fine])).toEqual([[2, 13n]]);
  });
});

describe("conditions", () => {
  const conditions = (more: Partial<Promotion["conditions"]>) => promotionOf({ id: "a", conditions: { ...nothingAsked, ...more } });
  const day = (text: string) => new Date(`${text}T00:00:00Z`);

  test.each([
    ["OTHER_CURRENCY", promotionOf({ id: "a", currency: "EUR" }), promotionOf({ id: "a", currency: "GBP" })],
    ["NOT_STARTED", conditions({ startsAt: day("2011-12-02") }), conditions({ startsAt: day("2011-12-01") })],
    ["EXPIRED", conditions({ endsAt: day("2011-12-01") }), conditions({ endsAt: day("2011-12-02") })],
    ["USED_UP", promotionOf({ id: "a", usedUp: "SHOP" }), promotionOf({ id: "a" })],
    ["USED_BY_CUSTOMER", promotionOf({ id: "a", usedUp: "CUSTOMER" }), promotionOf({ id: "a" })],
    ["OTHER_COUNTRY", conditions({ countries: ["FR"] }), conditions({ countries: ["FR", "GB"] })],
    ["NO_MATCHING_ITEMS", promotionOf({ id: "a", target: { ...EVERYTHING, variantIds: ["v9"] } }), promotionOf({ id: "a", target: { ...EVERYTHING, variantIds: ["v1"] } })],
    ["MINIMUM_SUBTOTAL", conditions({ minSubtotalUnits: 1_001n }), conditions({ minSubtotalUnits: 1_000n })],
    ["MINIMUM_QUANTITY", conditions({ minQuantity: 3n }), conditions({ minQuantity: 2n })],
    ["NOTHING_TO_TAKE_OFF", promotionOf({ id: "a", benefit: { kind: "BUY_X_GET_Y", buy: 2n, get: 1n, bps: 10_000, maxSets: null, gets: EVERYTHING } }), promotionOf({ id: "a" })],
  ])("%s", (refusal, refused, granted) => {
    expect([verdict(refused), verdict(granted)]).toEqual([refusal, null]);
  });

  test("REGISTERED_ONLY and FIRST_ORDER_ONLY", () => {
    const member = { customer: { userId: "u", orderCount: 3 } };
    expect([verdict(conditions({ customers: "REGISTERED" })), verdict(conditions({ customers: "REGISTERED" }), member)]).toEqual(["REGISTERED_ONLY", null]);
    expect([verdict(conditions({ customers: "FIRST_ORDER" }), member), verdict(conditions({ customers: "FIRST_ORDER" }))]).toEqual(["FIRST_ORDER_ONLY", null]);
  });

  test("an unknown country is none of those asked for", () => {
    expect(verdict(conditions({ countries: ["GB"] }), { countryCode: null })).toBe("OTHER_COUNTRY");
  });
});

describe("codes and stacking", () => {
  const lines = [lineOf(1, 1_000n, 1n)];
  const stacking = (more: Partial<Promotion["stacking"]>) => ({ priority: 0, isExclusive: false, group: "any", combinesWith: ["*"], ...more });
  const applied = (promotions: Promotion[], codes: string[] = []) => applyPromotions(inputOf(lines, promotions, { codes })).map((one) => `${one.promotionId} ${one.units} ${one.code ?? "-"}`);

  test("a promotion with codes applies when one of them is entered, however it is written; once for two", () => {
    const promotion = promotionOf({ id: "a", needsCode: true, codes: ["Welcome10", "Hello10"] });
    expect(applied([promotion])).toEqual([]);
    expect(applied([promotion], [" welcome10 ", "HELLO10"])).toEqual(["a 100 Welcome10"]);
  });

  test("one after the other, each on what is left; of equal priority the larger saving first", () => {
    const [ten, half] = [promotionOf({ id: "a" }), promotionOf({ id: "b", benefit: { kind: "PERCENTAGE_OFF", bps: 5_000 } })];
    expect(applied([ten, half])).toEqual(["b 500 -", "a 50 -"]);
    expect(applied([{ ...ten, stacking: stacking({ priority: 1 }) }, half])).toEqual(["a 100 -", "b 450 -"]);
  });

  test("groups combine when both agree", () => {
    const pair = (a: Partial<Promotion["stacking"]>, b: Partial<Promotion["stacking"]>) => applied([promotionOf({ id: "a", stacking: stacking(a) }), promotionOf({ id: "b", stacking: stacking(b) })]).length;
    expect(pair({ group: "order", combinesWith: ["shipping"] }, { group: "shipping", combinesWith: ["order"] })).toBe(2);
    expect(pair({ group: "order", combinesWith: ["shipping"] }, { group: "shipping", combinesWith: [] })).toBe(1);
    expect(pair({ group: "order", combinesWith: [] }, { group: "order", combinesWith: [] })).toBe(1);
  });

  test("an exclusive one with the higher priority stands alone; with the lower one it waits", () => {
    const exclusive = (priority: number) => promotionOf({ id: "a", stacking: stacking({ isExclusive: true, priority }) });
    expect(applied([exclusive(1), promotionOf({ id: "b" })])).toEqual(["a 100 -"]);
    expect(applied([exclusive(-1), promotionOf({ id: "b" })])).toEqual(["b 100 -"]);
  });

  test("an exclusive one that takes nothing off is in nobody's way", () => {
    const idle = promotionOf({ id: "a", benefit: { kind: "FREE_SHIPPING", maxUnits: null }, stacking: stacking({ isExclusive: true, priority: 9 }) });
    expect(applyPromotions(inputOf(lines, [idle, promotionOf({ id: "b" })], { shippingUnits: 0n })).map((one) => one.promotionId)).toEqual(["b"]);
  });
});
