import { expect, test } from "vitest";
import { ModelRefused } from "../modelRefused.ts";
import { evaluateTerm, parseTerm } from "../terms.ts";

const COLUMNS = ["a", "b", "c"];
const value = (term: object, row: number[]) => evaluateTerm(parseTerm(term, COLUMNS), row);

test("a column by itself passes as it is, NaN too", () => {
  expect(value({ of: "b" }, [1, 2, 3])).toBe(2);
  expect(value({ of: "b" }, [1, NaN, 3])).toBeNaN();
});
test("times and over make a ratio", () => {
  expect(value({ of: "a", times: "b", over: "c" }, [6, 2, 3])).toBe(4);
});
test("a missing divisor is filled, then bounded, then added to", () => {
  expect(value({ of: "a", over: "b", overFill: 0, overPlus: 0.5 }, [4, NaN, 0])).toBe(8);
  expect(value({ of: "a", over: "b", overMin: 2 }, [4, 1, 0])).toBe(2);
});
test("what is not finite becomes the fill", () => {
  expect(value({ of: "a", over: "b", fill: -7 }, [4, 0, 0])).toBe(-7);
});
test("the cap and the logarithm come last", () => {
  expect(value({ of: "a", cap: 10, log1p: true }, [99, 0, 0])).toBe(Math.log1p(10));
  expect(value({ of: "a", fill: 0, log1p: true }, [-5, 0, 0])).toBe(0);
});
test("missing is an indicator", () => {
  expect([NaN, 0, Infinity].map((one) => value({ of: "a", missing: true }, [one, 0, 0]))).toEqual([1, 0, 0]);
});
test("a column or step that is not known is refused by name", () => {
  expect(() => parseTerm({ of: "d" }, COLUMNS)).toThrow(/column "d"/);
  expect(() => parseTerm({ of: "a", sqrt: true }, COLUMNS)).toThrow(ModelRefused);
});
