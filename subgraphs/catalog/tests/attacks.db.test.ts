import { describe, expect, test } from "vitest";
import { person } from "#kit/testing/graphOf.ts";
import { useSlice } from "#kit/testing/sliceTest.ts";
import { SMALL_SHOP } from "#kit/testing/smallShop.ts";
import type { Viewer } from "#kit/viewer.ts";
import { dangersIn } from "#platform/tests/dangersIn.ts";
import { STORED_SCRIPTS } from "#platform/tests/storedScripts.ts";
import { encodeId, ID_PREFIXES } from "#schema/values/ids.ts";
import { createCatalogSubgraph } from "../subgraph.ts";

const slice = useSlice("martgraph_catalog", createCatalogSubgraph);
const root = person(SMALL_SHOP.root, "ADMIN");
const vera: Viewer = { ...person(SMALL_SHOP.vera, "VENDOR"), vendorIds: [SMALL_SHOP.vendor] };
const mine = encodeId("prd", SMALL_SHOP.product(1));
const UPDATE = "mutation ($input: ProductUpdateInput!) { productUpdate(input: $input) { __typename ... on ProductUpdateSuccess { product { name description descriptionHtml slug } } ... on UserError { code message path } } }";
const update = async (input: object, viewer: Viewer = vera) => (await slice.graph.as(viewer).run(UPDATE, { input: { id: mine, ...input } })).data["productUpdate"];

describe("C5: scripts in rich text", () => {
  test("every one is written by a seller and read back without what would run, as description and as translation", async () => {
    for (const script of STORED_SCRIPTS) {
      const answer = await update({ descriptionHtml: script });
      // What holds control characters is refused as a whole.
      if (answer.__typename === "InvalidValue") {
        expect(script, script).toMatch(/\p{Cc}/u);
        continue;
      }
      const { data } = await slice.graph.run(`{ product(id: "${mine}") { descriptionHtml } }`);
      expect(dangersIn(data["product"].descriptionHtml ?? ""), script).toEqual([]);
    }
    for (const value of ["<svg onload=alert(1)>x", "<p onclick=x>y</p><script>z</script>"]) {
      await slice.graph.as(vera).run("mutation ($input: TranslationsSetInput!) { translationsSet(input: $input) { __typename } }", { input: { targetId: mine, locale: "de", texts: [{ field: "DESCRIPTION_HTML", value }] } });
      const { data } = await slice.graph.run(`{ product(id: "${mine}") { descriptionHtml(locale: "de") } }`);
      expect(dangersIn(data["product"].descriptionHtml)).toEqual([]);
    }
  });

  test("a plain description is escaped where it is shown as HTML", async () => {
    expect(await update({ description: "<img src=x onerror=alert(1)> 1 < 2" })).toMatchObject({ product: { description: "<img src=x onerror=alert(1)> 1 < 2", descriptionHtml: "<p>&lt;img src=x onerror=alert(1)&gt; 1 &lt; 2</p>" } });
  });
});

describe("C8: ids of other things in every argument", () => {
  const ids = [...ID_PREFIXES.map((prefix) => encodeId(prefix, SMALL_SHOP.product(1))), "", "1", "prd_", `prd_${"0".repeat(33)}`, "prd_01900004000070008000000000000001' or 'a'='a", "\0", "__proto__", "x".repeat(10_000)];
  test("name nothing, and are never an error of ours", async () => {
    for (const id of ids) {
      const { data, errors } = await slice.graph.as(root).run(`query ($id: ID!) { product(id: $id) { id } category(id: $id) { id } brand(id: $id) { id } collection(id: $id) { id } attribute(id: $id) { id } variant(id: $id) { id } }`, { id });
      expect(errors, id).toBeUndefined();
      for (const [field, found] of Object.entries(data)) if (found !== null) expect([field, id.slice(0, 3)]).toEqual(["product", "prd"]);
      const text = (field: string, type: string, input: object) => slice.graph.as(root).run(`mutation ($input: ${type}!) { answer: ${field}(input: $input) { __typename } }`, { input });
      const answers = await Promise.all([
        text("productUpdate", "ProductUpdateInput", { id: mine, brand: { id } }), text("productUpdate", "ProductUpdateInput", { id: mine, categoryIds: [id] }), text("productUpdate", "ProductUpdateInput", { id: mine, vendorId: id }),
        text("categoryUpsert", "CategoryUpsertInput", { name: "x", parentId: id }), text("categoryMove", "CategoryMoveInput", { id }), text("categoryDelete", "CategoryDeleteInput", { id }), text("collectionProductsSet", "CollectionProductsSetInput", { id, productIds: [] }), text("variantArchive", "VariantArchiveInput", { id }),
      ]);
      expect(answers.map((one) => [one.errors?.[0]?.message, one.data["answer"].__typename]).filter(([message, type]) => message !== undefined || !String(type).endsWith("NotFound")), id).toEqual([]);
    }
  });

  test("a reference of an entity with such an id is null", async () => {
    for (const id of ids.filter((one) => !one.startsWith("prd_0190"))) {
      const refs = ["Product", "ProductVariant", "Category", "Brand", "Collection", "Attribute", "AttributeOption"].map((__typename) => ({ __typename, id }));
      const { data, errors } = await slice.graph.run("query ($refs: [_Any!]!) { _entities(representations: $refs) { __typename } }", { refs });
      expect(errors).toBeUndefined();
      expect(data["_entities"].every((one: unknown) => one === null), id).toBe(true);
    }
  });
});

describe("C10 to C12: strings, numbers and sizes", () => {
  const STRINGS = ["'; drop table catalog.products; --", "\" or 1=1", "$1", "\\", "%", "../../etc/passwd", "..\\..\\x", "\u202Egnp.exe", "a\u0000b", "\ud800", "\udfff", "\u2066x", "${7*7}", "{{7*7}}", "x".repeat(200_000)];
  test("a text is stored as it is, or refused in a sentence; never an error of ours", async () => {
    for (const value of STRINGS) {
      for (const field of ["name", "slug", "descriptionHtml", "description", "productType", "seoTitle", "seoDescription", "externalRef"]) {
        const answer = await update({ [field]: value });
        expect(["ProductUpdateSuccess", "InvalidValue"], `${field} ${value.slice(0, 40)}`).toContain(answer?.__typename);
        if (field === "name" && answer.__typename === "ProductUpdateSuccess") expect([answer.product.name, answer.product.slug]).toEqual([value, "white-hanging-heart-lantern"]);
      }
      for (const query of ["product(slug: $value) { id }", "category(slug: $value) { id }", "brand(slug: $value) { id }", "collection(slug: $value) { id }", "attribute(code: $value) { id }"]) {
        const { data, errors } = await slice.graph.run(`query ($value: String!) { answer: ${query} }`, { value });
        expect([data["answer"], errors]).toEqual([null, undefined]);
      }
      for (const list of ["brands", "collections", "attributes", "categories"]) {
        expect((await slice.graph.run(`query ($after: String) { ${list}(after: $after) { nodes { id } } }`, { after: value })).errors?.[0]?.extensions?.["code"]).toBe("BAD_USER_INPUT");
      }
    }
    expect((await slice.owner.raw("select count(*)::int as n from catalog.products")).rows).toEqual([{ n: 8 }]);
  });

  test("a slug never holds a path, whatever the name is", async () => {
    for (const name of ["../../etc/passwd", "C:\\Windows", "a/b?c#d", "%2e%2e%2f", "日本語", "ÄÖÜ ß", "...", "-"]) {
      const { data } = await slice.graph.as(root).run("mutation ($input: ProductCreateInput!) { productCreate(input: $input) { __typename ... on ProductCreateSuccess { product { slug } } } }", { input: { name, variants: [{ sku: `N${Math.random().toString(36).slice(2)}` }] } });
      expect(data["productCreate"].product.slug).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    }
  });

  test("numbers outside their bounds are refused", async () => {
    const bulk = async (variant: object) => (await slice.graph.as(vera).run("mutation ($input: VariantBulkUpsertInput!) { variantBulkUpsert(input: $input) { __typename } }", { input: { variants: [{ productId: mine, sku: "NUM", ...variant }] } })).data["variantBulkUpsert"].__typename;
    for (const variant of [{ weightGrams: -1 }, { weightGrams: 1_000_001 }, { weightGrams: 2_147_483_647 }, { position: -1 }, { position: 1_000_001 }, { barcode: "1e10" }, { barcode: "٠٠٠٠٠٠٠٠" }, { sku: "" }, { sku: "<x>" }, { sku: "\u0130" }, { sku: "X".repeat(101) }]) expect(await bulk(variant), JSON.stringify(variant)).toBe("VariantsRejected");
    await slice.owner.raw("insert into catalog.attributes (code, name, type) values ('depth', 'Depth', 'NUMBER')");
    for (const value of ["1e5", "Infinity", "NaN", "0x10", "1_000", "9".repeat(16), "1.1234567", "--1", "1,5", ""]) expect((await update({ attributes: [{ code: "depth", values: [value] }] })).__typename, value).toBe("InvalidValue");
    expect((await update({ attributes: [{ code: "depth", values: ["999999999999999.999999", "-0.5"] }] })).__typename).toBe("ProductUpdateSuccess");
  });

  test("lists that are too long are refused before anything is looked up", async () => {
    for (const input of [{ categoryIds: Array.from({ length: 21 }, () => mine) }, { attributes: Array.from({ length: 201 }, (_, n) => ({ code: `a${n}`, values: ["1"] })) }, { attributes: [{ code: "note", values: Array.from({ length: 51 }, () => "x") }] }]) expect((await update(input)).__typename).toBe("InvalidValue");
  });
});
