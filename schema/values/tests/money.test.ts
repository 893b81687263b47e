import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { currencyExponent, money, parseDecimal, rescale, roundToCurrency, sum, times, toDecimal } from "../money.ts";

const units = fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n });
const exponent = fc.integer({ min: 0, max: 6 });
const currency = fc.constantFrom("GBP", "EUR", "JPY", "KWD");
const amount = fc.record({ units, exponent, currency });
const pounds = fc.record({ units, exponent, currency: fc.constant("GBP") });

/** The amount in millionths, the finest there is: what two amounts are compared by. */
const exact = (one: { units: bigint; exponent: number }) => one.units * 10n ** BigInt(6 - one.exponent);

describe("money", () => {
  test.each([["GBP", 2], ["JPY", 0], ["KWD", 3], ["ISK", 0], ["XYZ", 2]])("%s has %i decimals", (code, decimals) => {
    expect(currencyExponent(code)).toBe(decimals);
    expect(money(1n, code).exponent).toBe(decimals);
  });

  test.each([["gbp", 2], ["GB", 2], ["", 2], ["GBP", -1], ["GBP", 7], ["GBP", 1.5], ["GBP", Number.NaN]])("%j with exponent %d is no money", (code, decimals) => {
    expect(() => money(1n, code, decimals)).toThrow(RangeError);
  });
});

describe("rescale", () => {
  test("never loses anything", () => {
    fc.assert(fc.property(amount, exponent, (one, finer) => {
      fc.pre(finer >= one.exponent);
      const same = rescale(one, finer);
      expect(exact(same)).toBe(exact(one));
      expect(same).toMatchObject({ exponent: finer, currency: one.currency });
    }));
  });

  test("refuses a coarser exponent, also where nothing would be lost", () => {
    fc.assert(fc.property(amount, exponent, (one, coarser) => {
      fc.pre(coarser < one.exponent);
      expect(() => rescale(one, coarser)).toThrow(RangeError);
    }));
  });
});

describe("sum", () => {
  test("is exact, whatever the exponents and the order of the parts", () => {
    fc.assert(fc.property(fc.array(pounds, { maxLength: 20 }), (parts) => {
      const total = sum(parts, "GBP");
      expect(exact(total)).toBe(parts.reduce((all, part) => all + exact(part), 0n));
      expect(sum(parts.toReversed(), "GBP")).toEqual(total);
      expect(total.exponent).toBe(Math.max(2, ...parts.map((part) => part.exponent)));
    }));
  });

  test("of nothing is nothing, in the currency's own exponent", () => {
    expect(sum([], "JPY")).toEqual({ units: 0n, exponent: 0, currency: "JPY" });
  });

  test("goes beyond 64 bits", () => {
    expect(sum([money(2n ** 63n, "GBP"), money(2n ** 63n, "GBP")], "GBP").units).toBe(2n ** 64n);
  });

  test("never adds two currencies", () => {
    expect(() => sum([money(1n, "GBP"), money(1n, "EUR")], "GBP")).toThrow("cannot add EUR to GBP");
  });
});

test("times is the sum of as many", () => {
  fc.assert(fc.property(pounds, fc.integer({ min: 0, max: 50 }), (one, count) => {
    expect(exact(times(one, BigInt(count)))).toBe(exact(sum(Array.from({ length: count }, () => one), "GBP")));
  }));
});

describe("roundToCurrency", () => {
  test.each([
    [125n, 3, 12n], [135n, 3, 14n], [-125n, 3, -12n], [-135n, 3, -14n], [1249n, 4, 12n], [1251n, 4, 13n], [5n, 3, 0n], [15n, 3, 2n], [-5n, 3, 0n], [7n, 1, 70n],
  ])("%d at exponent %i is %d pence: half to even", (from, at, pence) => {
    expect(roundToCurrency(money(from, "GBP", at))).toEqual({ units: pence, exponent: 2, currency: "GBP" });
  });

  test("is off by a half at most, symmetric, and rounds what is rounded no further", () => {
    fc.assert(fc.property(amount, (one) => {
      const rounded = roundToCurrency(one);
      expect(rounded.exponent).toBe(currencyExponent(one.currency));
      const off = exact(rounded) - exact(one);
      const half = 10n ** BigInt(6 - rounded.exponent) / 2n;
      expect(off >= -half && off <= half).toBe(true);
      if (off === half || off === -half) expect(rounded.units % 2n).toBe(0n);
      expect(roundToCurrency(rounded)).toEqual(rounded);
      expect(roundToCurrency({ ...one, units: -one.units }).units).toBe(-rounded.units);
    }));
  });
});

describe("decimal text", () => {
  test.each([[0n, 2, "0.00"], [5n, 2, "0.05"], [-5n, 2, "-0.05"], [-1250n, 2, "-12.50"], [12n, 0, "12"], [1n, 6, "0.000001"]])("%d at exponent %i is %s", (from, at, text) => {
    expect(toDecimal(money(from, "GBP", at))).toBe(text);
  });

  test("comes back as it went", () => {
    fc.assert(fc.property(amount, (one) => {
      fc.pre(one.units > -(10n ** 15n) && one.units < 10n ** 15n);
      expect(parseDecimal(toDecimal(one), one.currency)).toEqual(one);
    }));
  });

  test.each(["", "-", ".5", "5.", "+5", "1e3", "1,000", " 1", "1 ", "0x1", "1.1234567", "1234567890123456", "NaN", "Infinity", "1.2.3", "١", "1\n"])("%j is no amount", (text) => {
    expect(parseDecimal(text, "GBP")).toBeUndefined();
  });
});
