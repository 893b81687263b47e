import { describe, expect, test } from "vitest";
import { GUEST, type Viewer } from "#kit/viewer.ts";
import { encodeId } from "#schema/values/ids.ts";
import { maySee } from "../domain/product.ts";
import { readFilter, readSearchText } from "../domain/productFilter.ts";

const ID = "01900000-0000-7000-8000-000000000001";

describe("maySee", () => {
  const vendor: Viewer = { userId: "vera", roles: ["VENDOR"], vendorIds: ["v1"] };
  test("drafts are for their vendor, SUPPORT and ADMIN; the rest is for everybody", () => {
    const draft = { status: "DRAFT", vendorId: "v1" } as const;
    expect([GUEST, vendor, { ...vendor, vendorIds: ["v2"] }, { ...GUEST, roles: ["SUPPORT"] as const }, { ...GUEST, roles: ["ANALYST"] as const }].map((viewer) => maySee(draft, viewer))).toEqual([false, true, false, true, false]);
    expect(maySee({ status: "DRAFT", vendorId: null }, vendor)).toBe(false);
    for (const status of ["ACTIVE", "ARCHIVED"] as const) expect(maySee({ status, vendorId: "v1" }, GUEST)).toBe(true);
  });
});

describe("readFilter", () => {
  test("without conditions: what is on sale", () => {
    for (const input of [undefined, null, {}, { ids: null, categoryId: null }]) expect(readFilter(input)).toEqual({ ok: true, value: { status: "ACTIVE" } });
  });
  test("ids of other kinds are left out; nothing left means nothing can match", () => {
    expect(readFilter({ ids: [encodeId("prd", ID), encodeId("var", ID), "x"] })).toMatchObject({ value: { ids: [ID] } });
    for (const input of [{ ids: [] }, { ids: ["x"] }, { categoryId: encodeId("prd", ID) }, { vendorId: "" }]) expect(readFilter(input)).toEqual({ ok: true, value: undefined });
  });
  test("one price bound leaves the other open", () => {
    expect(readFilter({ priceMin: "1.50" })).toMatchObject({ value: { price: { min: "1.50", max: "Infinity", currency: "GBP" } } });
    expect(readFilter({ priceMax: "2", currency: "EUR" })).toMatchObject({ value: { price: { min: "0", max: "2", currency: "EUR" } } });
  });
});

test("readSearchText trims, bounds and takes no NUL", () => {
  expect(readSearchText("  two words\0")).toEqual({ ok: true, value: "two words" });
  for (const text of ["", " ", "\0"]) expect(readSearchText(text)).toEqual({ ok: true, value: undefined });
  expect(readSearchText("lone \ud800 half")).toEqual({ ok: true, value: "lone \ufffd half" });
  expect(readSearchText("x".repeat(201)).ok).toBe(false);
});
