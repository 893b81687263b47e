import { beforeAll, describe, expect, test } from "vitest";
import { person } from "#kit/testing/graphOf.ts";
import { useSlice } from "#kit/testing/sliceTest.ts";
import { SMALL_SHOP } from "#kit/testing/smallShop.ts";
import type { Viewer } from "#kit/viewer.ts";
import { encodeId } from "#schema/values/ids.ts";
import { createCatalogSubgraph } from "../subgraph.ts";

const slice = useSlice("martgraph_catalog", createCatalogSubgraph);
const root = person(SMALL_SHOP.root, "ADMIN");
const vera: Viewer = { ...person(SMALL_SHOP.vera, "VENDOR"), vendorIds: [SMALL_SHOP.vendor] };
const productId = (n: number) => encodeId("prd", SMALL_SHOP.product(n));
const variantId = (n: number) => encodeId("var", SMALL_SHOP.variant(n));

const BULK = `mutation ($input: VariantBulkUpsertInput!) { variantBulkUpsert(input: $input) { __typename
  ... on VariantBulkUpsertSuccess { variants { sku name weightGrams barcode position version isArchived options { option { label } } } errors { index code path } } ... on VariantsRejected { errors { index code path message } } ... on UserError { code path } } }`;
const bulk = async (variants: object[], viewer: Viewer = root, onError?: string) => (await slice.graph.as(viewer).run(BULK, { input: { variants, ...(onError ? { onError } : {}) } })).data["variantBulkUpsert"];
const ARCHIVE = "mutation ($input: VariantArchiveInput!) { variantArchive(input: $input) { __typename ... on VariantArchiveSuccess { variant { sku isArchived version } } ... on UserError { code path } ... on VersionConflict { expected actual } ... on VariantNotFound { variantId } } }";
const archive = async (input: object, viewer: Viewer = root) => (await slice.graph.as(viewer).run(ARCHIVE, { input })).data["variantArchive"];

beforeAll(async () => {
  await slice.owner.raw("insert into catalog.attributes (code, name, type, is_variant_option) values ('colour', 'Colour', 'OPTION', true)");
  await slice.owner.raw("insert into catalog.attribute_options (attribute_id, code, label) select id, lower(c), c from catalog.attributes, unnest(array['Red', 'Blue']) c where code = 'colour'");
});

describe("variantBulkUpsert", () => {
  test("VariantBulkUpsertSuccess: makes and changes variants of several products, found by their codes, in the order of the list", async () => {
    const answer = await bulk([
      { productId: productId(1), sku: "l1-red", options: [{ attribute: "colour", option: "Red" }], weightGrams: 250, barcode: "4006381333931" }, { productId: productId(2), sku: "85122A", weightGrams: 900, name: "Stand" }, { productId: productId(1), sku: "l1-blue", options: [{ attribute: "colour", option: "blue" }], position: 7 },
    ]);
    expect(answer).toMatchObject({ __typename: "VariantBulkUpsertSuccess", errors: [], variants: [
      { sku: "L1-RED", name: "White Hanging Heart Lantern (Red)", weightGrams: 250, barcode: "4006381333931", version: 1, options: [{ option: { label: "Red" } }] },
      { sku: "85122A", name: "Stand", weightGrams: 900, version: 2 }, { sku: "L1-BLUE", position: 7 },
    ] });
    expect(await bulk([{ productId: productId(2), sku: "85122A", weightGrams: null }])).toMatchObject({ variants: [{ weightGrams: null, name: "Stand", version: 3 }] });
    // The stock of a new one is there, and empty.
    expect((await slice.graph.run("{ product(slug: \"white-hanging-heart-lantern\") { variants { nodes { sku availability { available } } } } }")).data["product"].variants.nodes).toContainEqual({ sku: "L1-RED", availability: { available: 0 } });
  });

  const wrong = [{ productId: productId(3), sku: "OK-1" }, { productId: productId(3), sku: "85121A" }, { productId: "x", sku: "OK-2" }, { productId: productId(3), sku: "OK-3", weightGrams: -1 }, { productId: productId(4), sku: "OK-4" }, { productId: productId(4), sku: "OK-1" }];

  test("VariantsRejected: one that is wrong, and nothing is written; every wrong one is named by its place", async () => {
    const answer = await bulk(wrong);
    expect(answer).toMatchObject({ __typename: "VariantsRejected", path: ["input", "variants"] });
    expect(answer.errors.map((one: { index: number; code: string }) => [one.index, one.code])).toEqual([[1, "SKU_TAKEN"], [2, "PRODUCT_NOT_FOUND"], [3, "INVALID_VALUE"], [5, "SKU_TAKEN"]]);
    expect((await slice.owner.raw("select sku from catalog.variants where sku like 'OK-%'")).rows).toEqual([]);
  });

  test("SKIP: what is right is written, the rest told of", async () => {
    const answer = await bulk(wrong, root, "SKIP");
    expect(answer.variants.map((one: { sku: string }) => one.sku)).toEqual(["OK-1", "OK-4"]);
    expect(answer.errors).toEqual([
      { index: 1, code: "SKU_TAKEN", path: ["input", "variants", "1", "sku"] }, { index: 2, code: "PRODUCT_NOT_FOUND", path: ["input", "variants", "2", "productId"] },
      { index: 3, code: "INVALID_VALUE", path: ["input", "variants", "3", "weightGrams"] }, { index: 5, code: "SKU_TAKEN", path: ["input", "variants", "5", "sku"] },
    ]);
  });

  test("VariantsRejected: the options of another variant that is there, by code or label, on sale again or changed to them; swapping them is no clash", async () => {
    const options = (option: string) => ({ options: [{ attribute: "colour", option }] });
    const of = (sku: string, more: object) => ({ productId: productId(3), sku, ...more });
    expect((await bulk([of("T-RED", options("Red")), of("T-BLUE", options("Blue")), of("T-OLD", { ...options("Red"), isArchived: true })])).__typename).toBe("VariantBulkUpsertSuccess");
    const clash = { __typename: "VariantsRejected", errors: [{ index: 0, code: "INVALID_VALUE", path: ["input", "variants", "0", "options"] }] };
    for (const twin of [of("T-RED2", options("red")), of("T-BLUE", options("Red")), of("T-OLD", { isArchived: false })]) expect(await bulk([twin]), twin.sku).toMatchObject(clash);
    // Code and label of one option in one call.
    expect(await bulk([of("T-A", { ...options("red"), isArchived: true }), of("T-RED", { isArchived: true }), of("T-B", options("Red")), of("T-C", options("red"))])).toMatchObject({ __typename: "VariantsRejected", errors: [{ index: 3 }] });
    expect((await bulk([of("T-RED", options("Blue")), of("T-BLUE", options("Red"))])).__typename).toBe("VariantBulkUpsertSuccess");
    expect((await bulk([of("T-RED", { ...options("Blue"), weightGrams: 5 })])).__typename).toBe("VariantBulkUpsertSuccess");
    expect((await bulk([of("T-RED", { isArchived: true }), of("T-NEW", options("Blue"))])).__typename).toBe("VariantBulkUpsertSuccess");
  });

  test.each([0, 501])("InvalidValue: %i variants", async (count) => {
    expect((await bulk(Array.from({ length: count }, (_, n) => ({ productId: productId(1), sku: `N${n}` })))).__typename).toBe("InvalidValue");
  });

  test("another vendor's product is not there; five hundred variants take as many statements as five", async () => {
    expect((await bulk([{ productId: productId(2), sku: "MINE" }], vera)).errors).toMatchObject([{ code: "PRODUCT_NOT_FOUND" }]);
    const many = (count: number, base: string) => slice.graph.as(vera).run(BULK, { input: { variants: Array.from({ length: count }, (_, n) => ({ productId: productId(1), sku: `${base}-${n}` })) } });
    const [few, all] = [await many(5, "FEW"), await many(490, "ALL")];
    expect(all.data["variantBulkUpsert"].variants).toHaveLength(490);
    expect(all.statements).toHaveLength(few.statements.length);
  });
});

describe("variantArchive", () => {
  test("VariantArchiveSuccess: it is sold no more, is shown where it was bought and to its seller, and can come back", async () => {
    const sellable = async () => (await slice.owner.raw("select 1 from catalog.sellable_variants where variant_id = $1", [SMALL_SHOP.variant(1)])).rows.length;
    expect(await sellable()).toBe(1);
    expect(await archive({ id: variantId(1), expectedVersion: 1 }, vera)).toMatchObject({ __typename: "VariantArchiveSuccess", variant: { isArchived: true, version: 2 } });
    expect(await sellable()).toBe(0);
    const read = (viewer: Viewer) => slice.graph.as(viewer).run(`{ product(id: "${productId(1)}") { price { amount { amount } } variants(first: 100, includeArchived: true) { nodes { sku } } } variant(id: "${variantId(1)}") { sku isArchived availability { available } } }`);
    const shopper = (await read(person(SMALL_SHOP.ada))).data;
    expect(shopper["product"].price).toBeNull();
    expect(shopper["product"].variants.nodes.map((one: { sku: string }) => one.sku)).not.toContain("85121A");
    expect(shopper["variant"]).toEqual({ sku: "85121A", isArchived: true, availability: { available: 0 } });
    expect((await read(vera)).data["product"].variants.nodes.map((one: { sku: string }) => one.sku)).toContain("85121A");
    expect(await archive({ id: variantId(1), isArchived: false }, vera)).toMatchObject({ variant: { isArchived: false, version: 3 } });
    expect(await sellable()).toBe(1);
  });

  test("drafts and archived products cannot be bought: their status says so where orders read them", async () => {
    const { rows } = await slice.owner.raw("select s.status from catalog.sellable_variants s where s.variant_id = any($1) order by 1", [[SMALL_SHOP.variant(6), SMALL_SHOP.variant(7)]]);
    expect(rows).toEqual([{ status: "ARCHIVED" }, { status: "DRAFT" }]);
  });

  test("VersionConflict: of two at once one comes through", async () => {
    const answers = await Promise.all([true, true].map((isArchived) => archive({ id: variantId(5), isArchived, expectedVersion: 1 })));
    expect(answers.map((one) => one.__typename as string).toSorted((a, b) => a.localeCompare(b))).toEqual(["VariantArchiveSuccess", "VersionConflict"]);
  });

  test.each([["another vendor's", variantId(2), vera], ["another kind", productId(1), root], ["nothing", "var_x", root]])("VariantNotFound: %s", async (_name, id, viewer) => {
    expect(await archive({ id }, viewer)).toMatchObject({ __typename: "VariantNotFound", variantId: id });
  });
});
