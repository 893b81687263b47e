import { expect, test } from "vitest";
import { recommendationsArtefact } from "#platform/testing/modelArtefact.ts";
import { loadModel } from "../loadModel.ts";

const PRODUCTS = ["p0", "p1", "p2", "p3", "p4", "p5"];
const model = loadModel("recommendations", recommendationsArtefact(PRODUCTS));

test("what was bought comes first, then what is near it, then what is popular", () => {
  // p3 and p4 are near: they have p5, and p4 and p5, among their neighbours
  expect(model.recommend([{ productId: "p5", ageDays: 1 }], 4).productIds).toEqual(["p5", "p4", "p3", "p0"]);
});
test("the fresher of two purchases weighs more", () => {
  const { productIds, scores } = model.recommend([{ productId: "p0", ageDays: 300 }, { productId: "p3", ageDays: 3 }], 6);
  expect(productIds[0]).toBe("p3");
  expect(scores).toEqual([...scores].sort((a, b) => b - a));
});
test("nobody's history, and unknown products alone, give what is popular", () => {
  expect(model.recommend([], 3).productIds).toEqual(["p0", "p1", "p2"]);
  expect(model.recommend([{ productId: "gone", ageDays: 1 }], 3).productIds).toEqual(["p0", "p1", "p2"]);
});
test("a product that may not be suggested is passed over", () => {
  const allowed = Uint8Array.from(PRODUCTS, (id) => (id === "p5" || id === "p0" ? 0 : 1));
  expect(model.recommend([{ productId: "p5", ageDays: 1 }], 3, allowed).productIds).toEqual(["p4", "p3", "p1"]);
  expect(model.similar("p5", 5, allowed).productIds).toEqual(["p1"]);
});
test("similar products come in the order of their similarity, none for an unknown product", () => {
  expect(model.similar("p0", 5)).toEqual({ productIds: ["p1", "p2"], scores: [0.6, 0.3] });
  expect(model.similar("p0", 1).productIds).toEqual(["p1"]);
  expect(model.similar("gone", 5).productIds).toEqual([]);
});
test("no list is longer than asked for or than there are products", () => {
  expect(model.recommend([], 0).productIds).toEqual([]);
  expect(model.recommend([], 99).productIds).toHaveLength(6);
});
