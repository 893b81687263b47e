import { describe, expect, test } from "vitest";
import { ModelRefused } from "../modelRefused.ts";
import { parseTrees, scoreTrees } from "../trees.ts";

/** One node: left gives -1, right gives +1. */
const stump = (over: object = {}) =>
  parseTrees({ features: 1, roots: [0], feature: [0], threshold: [2], defaultLeft: [1], missing: [2], left: [-1], right: [-2], leaf: [-1, 1], categories: {}, ...over });

describe("a numerical split", () => {
  test("goes left up to and with the threshold", () => {
    expect([1, 2, 2.0000000000000004, 3].map((value) => scoreTrees(stump(), [value]))).toEqual([-1, -1, 1, 1]);
  });
  test("takes the infinities as numbers", () => {
    expect([-Infinity, Infinity].map((value) => scoreTrees(stump(), [value]))).toEqual([-1, 1]);
  });
  test("sends NaN the default way where NaN means missing", () => {
    expect(scoreTrees(stump(), [NaN])).toBe(-1);
    expect(scoreTrees(stump({ defaultLeft: [0] }), [NaN])).toBe(1);
  });
  test("reads NaN as zero where nothing means missing", () => {
    expect(scoreTrees(stump({ missing: [0], defaultLeft: [0] }), [NaN])).toBe(-1);
    expect(scoreTrees(stump({ missing: [0], threshold: [-1] }), [NaN])).toBe(1);
  });
  test("sends what is nearer to zero than 1e-35, and NaN, the default way where zero means missing", () => {
    const zeroIsMissing = stump({ missing: [1], defaultLeft: [0] });
    expect([0, 1e-35, -1e-36, NaN, 1e-34].map((value) => scoreTrees(zeroIsMissing, [value]))).toEqual([1, 1, 1, 1, -1]);
  });
});

describe("a categorical split", () => {
  const categorical = stump({ categories: { 0: [3, 7] } });
  test("goes left for the categories it lists, read as whole numbers", () => {
    expect([3, 7.9, 4].map((value) => scoreTrees(categorical, [value]))).toEqual([-1, -1, 1]);
  });
  test("goes right for NaN and negative values", () => {
    expect([NaN, -1, -3].map((value) => scoreTrees(categorical, [value]))).toEqual([1, 1, 1]);
  });
});

test("trees are summed; a tree may be a single leaf", () => {
  const trees = parseTrees({ features: 2, roots: [0, -3], feature: [1], threshold: [0], defaultLeft: [0], missing: [2], left: [-1], right: [-2], leaf: [10, 20, 0.5], categories: {} });
  expect(scoreTrees(trees, [99, -1])).toBe(10.5);
  expect(scoreTrees(trees, [99, 1])).toBe(20.5);
});

test.each([
  ["a node that points back to itself", { left: [0] }],
  ["a leaf that is not there", { right: [-3] }],
  ["a feature that is not there", { feature: [1] }],
  ["columns of different lengths", { missing: [2, 2] }],
  ["a threshold that is no number", { threshold: ["2"] }],
])("%s is refused", (_, over) => {
  expect(() => stump(over)).toThrow(ModelRefused);
});
