import fc from "fast-check";
import { expect, test } from "vitest";
import { prorate } from "../prorate.ts";

const weights = fc.array(fc.bigInt(0n, 10n ** 12n), { minLength: 1, maxLength: 100 });

test("the shares sum to the total and each is its exact share rounded down or up", () => {
  fc.assert(fc.property(fc.bigInt(-(10n ** 12n), 10n ** 12n), weights, (total, parts) => {
    const shares = prorate(total, parts);
    expect(shares.reduce((so, share) => so + share, 0n)).toBe(total);
    const sum = parts.reduce((so, part) => so + part, 0n);
    if (sum === 0n) return;
    for (const [index, share] of shares.entries()) {
      const off = share * sum - total * (parts[index] ?? 0n);
      expect(off > -sum && off < sum).toBe(true);
    }
  }));
});

test("ten over three: the first gets the penny that is left", () => {
  expect(prorate(10n, [1n, 1n, 1n])).toEqual([4n, 3n, 3n]);
  expect(prorate(-10n, [1n, 1n, 1n])).toEqual([-4n, -3n, -3n]);
  expect(prorate(10n, [0n, 0n])).toEqual([5n, 5n]);
});

test("nothing to split over and negative weights are refused", () => {
  expect(prorate(0n, [])).toEqual([]);
  expect(() => prorate(1n, [])).toThrow(RangeError);
  expect(() => prorate(1n, [-1n])).toThrow(RangeError);
});
