import { expect, test } from "vitest";
import { allow, permission } from "../guard.ts";
import { mergeAreas } from "../mergeAreas.ts";

test("areas add fields to one type; a field given twice is refused", () => {
  expect(mergeAreas<Record<string, object>>({ Query: { a: 1 } }, { Query: { b: 2 }, Order: { c: 3 } })).toEqual({ Query: { a: 1, b: 2 }, Order: { c: 3 } });
  expect(() => mergeAreas<Record<string, object>>({ Query: { a: 1 } }, { Query: { a: 2 } })).toThrow("Query.a is given by two areas");
});

test("a guard for all fields is not joined with guards of single ones: it would open what another area keeps closed", () => {
  expect(() => mergeAreas<Record<string, object>>({ Order: allow }, { Order: { notes: permission("orders.note") } })).toThrow("Order has one guard for all its fields");
  expect(() => mergeAreas<Record<string, object>>({ Order: { notes: permission("orders.note") } }, { Order: allow })).toThrow("Order has one guard for all its fields");
});
