import { beforeAll, describe, expect, test } from "vitest";
import { person } from "#kit/testing/graphOf.ts";
import { useSlice } from "#kit/testing/sliceTest.ts";
import { SMALL_SHOP } from "#kit/testing/smallShop.ts";
import { NOW } from "#kit/testing/testClocks.ts";
import type { Viewer } from "#kit/viewer.ts";
import { encodeId } from "#schema/values/ids.ts";
import { writeProducts } from "../commands/product/writeProducts.ts";
import { createCatalogSubgraph } from "../subgraph.ts";

const slice = useSlice("martgraph_catalog", createCatalogSubgraph);
const root = person(SMALL_SHOP.root, "ADMIN");
const vera: Viewer = { ...person(SMALL_SHOP.vera, "VENDOR"), vendorIds: [SMALL_SHOP.vendor] };
const productId = (n: number) => encodeId("prd", SMALL_SHOP.product(n));
const home = encodeId("cat", SMALL_SHOP.category);
const lights = encodeId("cat", SMALL_SHOP.subcategory);

const SELECTIONS: Readonly<Record<string, string>> = {
  categoryUpsert: "category { id slug name description position version parent { slug } }", categoryMove: "category { id version parent { id } breadcrumbs { slug } }", categoryDelete: "categoryId",
  brandUpsert: "brand { id slug name description version }", collectionUpsert: "collection { id slug name isPublished vendor { id } version }", collectionProductsSet: "collection { version products { nodes { slug } } }",
  attributeUpsert: "attribute { id code name type unit isFilterable isVariantOption version }", attributeOptionsSet: "attribute { version options { nodes { code label position } } }", translationsSet: "translations { field value }",
};
async function call(field: string, input: object, viewer: Viewer = root) {
  const type = `${field[0]?.toUpperCase()}${field.slice(1)}`;
  const inUse = field === "categoryDelete" ? "... on CategoryInUse { children products }" : "";
  const { data, errors } = await slice.graph.as(viewer).run(`mutation ($input: ${type}Input!) { ${field}(input: $input) { __typename ... on ${type}Success { ${SELECTIONS[field]} } ... on UserError { code message path } ${inUse} } }`, { input });
  return errors ? { __typename: errors[0]?.extensions?.["code"] } : data[field];
}
const category = async (name: string, parentId: string | null = null) => (await call("categoryUpsert", { name, parentId })).category.id as string;
const productEvents = async (n: number) => (await slice.owner.raw<{ n: number }>("select count(*)::int as n from platform.outbox where type = 'ProductChanged' and aggregate_id = $1", [SMALL_SHOP.product(n)])).rows[0]?.n ?? 0;

describe("categoryUpsert", () => {
  test("CategoryUpsertSuccess: makes one with a slug of its own, changes it where it hangs, and its former slug leads to it", async () => {
    const first = await call("categoryUpsert", { name: "Garden Lights", parentId: home, position: 3, description: "For outside" });
    expect(first).toMatchObject({ category: { slug: "garden-lights", position: 3, description: "For outside", parent: { slug: "home" }, version: 1 } });
    expect(await call("categoryUpsert", { name: "Garden lights!" })).toMatchObject({ category: { slug: "garden-lights-2", parent: null } });
    expect(await call("categoryUpsert", { id: first.category.id, slug: "outside", name: "Outside", expectedVersion: 1, description: null })).toMatchObject({ category: { slug: "outside", parent: { slug: "home" }, position: 3, description: null, version: 2 } });
    expect((await slice.graph.run("{ category(slug: \"garden-lights\") { slug } }")).data["category"]).toEqual({ slug: "outside" });
  });

  test("a new name is told to the products that show it", async () => {
    const before = await productEvents(1);
    await call("categoryUpsert", { id: home, name: "House" });
    expect(await productEvents(1)).toBe(before + 1);
    await call("categoryUpsert", { id: home, name: "Home" });
  });

  test.each([["InvalidValue", {}], ["InvalidValue", { name: "a\0" }], ["InvalidValue", { name: "x".repeat(301) }], ["InvalidValue", { name: "x", slug: "A b" }], ["InvalidValue", { name: "x", position: -1 }], ["InvalidValue", { name: "x", description: "\ud800" }],
    ["SlugTaken", { name: "x", slug: "home" }], ["CategoryNotFound", { id: "x", name: "y" }], ["CategoryNotFound", { id: productId(1), name: "y" }], ["CategoryNotFound", { name: "y", parentId: productId(1) }], ["VersionConflict", { id: home, name: "y", expectedVersion: 99 }]])("%s: %j", async (type, input) => {
    expect(await call("categoryUpsert", input)).toMatchObject({ __typename: type, path: expect.arrayContaining(["input"]) });
  });

  test("CategoryTooDeep: ten levels, and no more", async () => {
    let parent: string | null = null;
    for (let level = 1; level <= 10; level += 1) parent = await category(`Level ${level}`, parent);
    expect(await call("categoryUpsert", { name: "Level 11", parentId: parent })).toMatchObject({ __typename: "CategoryTooDeep", path: ["input", "parentId"] });
  });

  test("is the shop's alone", async () => {
    for (const field of ["categoryUpsert", "brandUpsert"]) expect((await call(field, { name: "Mine" }, vera)).__typename).toBe("FORBIDDEN");
    expect((await call("attributeUpsert", { code: "mine", name: "Mine", type: "TEXT" }, vera)).__typename).toBe("FORBIDDEN");
    expect((await call("attributeOptionsSet", { code: "mine", options: [] }, vera)).__typename).toBe("FORBIDDEN");
    expect((await call("categoryDelete", { id: lights }, vera)).__typename).toBe("FORBIDDEN");
  });
});

describe("categoryMove", () => {
  test("CategoryMoveSuccess: with all below it, to the top too", async () => {
    const [a, b] = [await category("A"), await category("B")];
    const c = await category("C", b);
    expect(await call("categoryMove", { id: b, parentId: a, expectedVersion: 1 })).toMatchObject({ __typename: "CategoryMoveSuccess", category: { version: 2, breadcrumbs: [{ slug: "a" }, { slug: "b" }] } });
    expect((await slice.graph.run("query ($id: ID) { category(id: $id) { breadcrumbs { slug } } }", { id: c })).data["category"].breadcrumbs).toEqual([{ slug: "a" }, { slug: "b" }, { slug: "c" }]);
    expect(await call("categoryMove", { id: b, parentId: null })).toMatchObject({ category: { parent: null } });
  });

  test("CategoryCycle: below itself or below what is below it", async () => {
    const top = await category("Top");
    const below = await category("Below", top);
    for (const parentId of [top, below]) expect(await call("categoryMove", { id: top, parentId })).toMatchObject({ __typename: "CategoryCycle", path: ["input", "parentId"] });
  });

  test("CategoryCycle: two moves at once make no circle, however often they are tried", async () => {
    const [one, other] = [await category("One"), await category("Other")];
    for (let round = 0; round < 10; round += 1) {
      const answers = await Promise.all([call("categoryMove", { id: one, parentId: other }), call("categoryMove", { id: other, parentId: one })]);
      expect(answers.map((answer) => answer.__typename as string).toSorted((a, b) => a.localeCompare(b))).toEqual(["CategoryCycle", "CategoryMoveSuccess"]);
      await Promise.all([call("categoryMove", { id: one, parentId: null }), call("categoryMove", { id: other, parentId: null })]);
    }
  });

  test("CategoryTooDeep, CategoryNotFound, InvalidValue and VersionConflict", async () => {
    let parent: string | null = null;
    for (let level = 1; level <= 9; level += 1) parent = await category(`Deep ${level}`, parent);
    const tall = await category("Tall");
    await category("Taller", tall);
    expect((await call("categoryMove", { id: tall, parentId: parent })).__typename).toBe("CategoryTooDeep");
    expect(await call("categoryMove", { id: "cat_x", parentId: null })).toMatchObject({ __typename: "CategoryNotFound", path: ["input", "id"] });
    expect(await call("categoryMove", { id: tall, parentId: productId(1) })).toMatchObject({ __typename: "CategoryNotFound", path: ["input", "parentId"] });
    expect((await call("categoryMove", { id: tall, parentId: null, position: 1_000_001 })).__typename).toBe("InvalidValue");
    expect((await call("categoryMove", { id: tall, parentId: null, expectedVersion: 9 })).__typename).toBe("VersionConflict");
  });
});

describe("categoryDelete", () => {
  test("CategoryDeleteSuccess: an empty one goes; one that holds something hands it over", async () => {
    const empty = await category("Empty");
    expect(await call("categoryDelete", { id: empty })).toMatchObject({ __typename: "CategoryDeleteSuccess", categoryId: empty });
    const [full, heir] = [await category("Full"), await category("Heir")];
    const child = await category("Child", full);
    await slice.db.tx((tx) => writeProducts(tx, [{ name: "Held", categoryIds: [SMALL_SHOP.category], status: "ACTIVE", variants: [{ sku: "HELD" }] }], { at: NOW.business, rights: { mayChange: () => true, createBrands: false, createOptions: false } }));
    const held = (await slice.graph.run("{ product(slug: \"held\") { id } }")).data["product"].id;
    const set = await slice.graph.as(root).run("mutation ($input: ProductUpdateInput!) { productUpdate(input: $input) { ... on ProductUpdateSuccess { product { categories { id } } } } }", { input: { id: held, categoryIds: [full, heir] } });
    expect(set.data["productUpdate"].product.categories).toHaveLength(2);
    expect(await call("categoryDelete", { id: full })).toMatchObject({ __typename: "CategoryInUse", children: 1, products: 1, path: ["input", "moveTo"] });
    expect(await call("categoryDelete", { id: full, moveTo: heir })).toMatchObject({ __typename: "CategoryDeleteSuccess" });
    const { data } = await slice.graph.run("query ($child: ID) { category(id: $child) { parent { slug } } product(slug: \"held\") { categories { slug } version } }", { child });
    expect(data).toEqual({ category: { parent: { slug: "heir" } }, product: { categories: [{ slug: "heir" }], version: 3 } });
  });

  test("CategoryInUse: with products or categories and nobody said where to", async () => {
    expect(await call("categoryDelete", { id: home })).toMatchObject({ __typename: "CategoryInUse", children: expect.any(Number) });
  });

  test("CategoryCycle, CategoryTooDeep, CategoryNotFound and VersionConflict", async () => {
    expect((await call("categoryDelete", { id: home, moveTo: lights })).__typename).toBe("CategoryCycle");
    expect((await call("categoryDelete", { id: home, moveTo: home })).__typename).toBe("CategoryCycle");
    let parent: string | null = null;
    for (let level = 1; level <= 10; level += 1) parent = await category(`Far ${level}`, parent);
    expect((await call("categoryDelete", { id: home, moveTo: parent })).__typename).toBe("CategoryTooDeep");
    expect((await call("categoryDelete", { id: home, moveTo: productId(1) })).__typename).toBe("CategoryNotFound");
    expect((await call("categoryDelete", { id: "x" })).__typename).toBe("CategoryNotFound");
    expect((await call("categoryDelete", { id: home, expectedVersion: 99 })).__typename).toBe("VersionConflict");
  });

  test("a product that is put into a category while it goes stands in none that is gone", async () => {
    for (let round = 0; round < 5; round += 1) {
      const going = await category(`Going ${round}`);
      const [product, gone] = await Promise.all([
        slice.graph.as(root).run("mutation ($input: ProductUpdateInput!) { productUpdate(input: $input) { __typename } }", { input: { id: productId(5), categoryIds: [going] } }),
        call("categoryDelete", { id: going }),
      ]);
      expect(product.errors).toBeUndefined();
      expect([["ProductUpdateSuccess", "CategoryInUse"], ["CategoryNotFound", "CategoryDeleteSuccess"]]).toContainEqual([product.data["productUpdate"].__typename, gone.__typename]);
    }
  });
});

describe("brandUpsert", () => {
  test("BrandUpsertSuccess: made, renamed with its products told, and found by its former slug", async () => {
    const { brand } = await call("brandUpsert", { name: "Lumo & Söhne", description: "Lamps" });
    expect(brand).toMatchObject({ slug: "lumo-sohne", version: 1 });
    await slice.owner.raw("update catalog.products set brand_id = (select id from catalog.brands where slug = 'lumo-sohne') where id = $1", [SMALL_SHOP.product(2)]);
    const before = await productEvents(2);
    expect(await call("brandUpsert", { id: brand.id, name: "Lumo", slug: "lumo", expectedVersion: 1 })).toMatchObject({ brand: { slug: "lumo", description: "Lamps", version: 2 } });
    expect(await productEvents(2)).toBe(before + 1);
    expect((await slice.graph.run("{ brand(slug: \"lumo-sohne\") { name } }")).data["brand"]).toEqual({ name: "Lumo" });
  });

  test("BrandNotFound, SlugTaken, VersionConflict and InvalidValue", async () => {
    const { brand } = await call("brandUpsert", { name: "Other" });
    expect((await call("brandUpsert", { id: lights, name: "x" })).__typename).toBe("BrandNotFound");
    expect((await call("brandUpsert", { name: "x", slug: "other" })).__typename).toBe("SlugTaken");
    expect((await call("brandUpsert", { id: brand.id, expectedVersion: 2 })).__typename).toBe("VersionConflict");
    expect((await call("brandUpsert", { name: "\u202Eevil" })).__typename).toBe("InvalidValue");
  });
});

describe("collections", () => {
  test("CollectionUpsertSuccess and CollectionProductsSetSuccess: the shop's own and a vendor's, each with its own", async () => {
    const shop = await call("collectionUpsert", { name: "Best", isPublished: true });
    expect(shop).toMatchObject({ __typename: "CollectionUpsertSuccess", collection: { slug: "best", vendor: null, isPublished: true } });
    expect(await call("collectionProductsSet", { id: shop.collection.id, productIds: [productId(5), productId(1), productId(6)] })).toMatchObject({ __typename: "CollectionProductsSetSuccess", collection: { version: 2, products: { nodes: [{ slug: "heart-of-wicker" }, { slug: "white-hanging-heart-lantern" }] } } });
    expect(await call("collectionProductsSet", { id: shop.collection.id, productIds: [productId(1)], expectedVersion: 2 })).toMatchObject({ collection: { products: { nodes: [{ slug: "white-hanging-heart-lantern" }] } } });
    const own = await call("collectionUpsert", { name: "Ours" }, vera);
    expect(own).toMatchObject({ collection: { vendor: { id: encodeId("ven", SMALL_SHOP.vendor) }, isPublished: false } });
    expect(await call("collectionUpsert", { id: own.collection.id, isPublished: true, vendorId: null }, vera)).toMatchObject({ collection: { isPublished: true, vendor: { id: expect.any(String) } } });
    expect((await call("collectionProductsSet", { id: own.collection.id, productIds: [productId(1)] }, vera)).__typename).toBe("CollectionProductsSetSuccess");
    expect(await call("collectionProductsSet", { id: own.collection.id, productIds: [productId(1), productId(2)] }, vera)).toMatchObject({ __typename: "ProductNotFound", path: ["input", "productIds", "1"] });
    expect((await call("collectionUpsert", { id: shop.collection.id, name: "Stolen" }, vera)).__typename).toBe("CollectionNotFound");
    expect((await call("collectionProductsSet", { id: shop.collection.id, productIds: [] }, vera)).__typename).toBe("CollectionNotFound");
  });

  test.each([["SellerNotFound", "collectionUpsert", { name: "x", vendorId: encodeId("ven", SMALL_SHOP.ada) }], ["SlugTaken", "collectionUpsert", { name: "x", slug: "best" }], ["InvalidValue", "collectionUpsert", { name: "" }], ["CollectionNotFound", "collectionUpsert", { id: home, name: "x" }],
    ["CollectionNotFound", "collectionProductsSet", { id: "x", productIds: [] }]])("%s: %s %j", async (type, field, input) => {
    expect((await call(field, input)).__typename).toBe(type);
  });

  test("VersionConflict, ProductNotFound and InvalidValue of a collection's products", async () => {
    const { collection } = await call("collectionUpsert", { name: "Versions" });
    expect((await call("collectionUpsert", { id: collection.id, expectedVersion: 7 })).__typename).toBe("VersionConflict");
    expect((await call("collectionProductsSet", { id: collection.id, productIds: [], expectedVersion: 7 })).__typename).toBe("VersionConflict");
    expect((await call("collectionProductsSet", { id: collection.id, productIds: [lights] })).__typename).toBe("ProductNotFound");
    expect((await call("collectionProductsSet", { id: collection.id, productIds: [productId(1), productId(1)] })).__typename).toBe("InvalidValue");
  });
});

describe("attributes", () => {
  test("AttributeUpsertSuccess and AttributeOptionsSetSuccess: made, changed, their options replaced in order", async () => {
    expect(await call("attributeUpsert", { code: "size", name: "Size", type: "OPTION", isVariantOption: true, isFilterable: true })).toMatchObject({ attribute: { code: "size", type: "OPTION", isVariantOption: true, version: 1 } });
    expect(await call("attributeUpsert", { code: "size", name: "Grösse", expectedVersion: 1 })).toMatchObject({ attribute: { name: "Grösse", isFilterable: true, version: 2 } });
    expect(await call("attributeOptionsSet", { code: "size", options: [{ code: "s", label: "Small" }, { code: "m", label: "Medium" }] })).toMatchObject({ attribute: { version: 3, options: { nodes: [{ code: "s", position: 0 }, { code: "m", position: 1 }] } } });
    expect(await call("attributeOptionsSet", { code: "size", options: [{ code: "l", label: "Large" }, { code: "s", label: "S" }], expectedVersion: 3 })).toMatchObject({ attribute: { options: { nodes: [{ code: "l", label: "Large" }, { code: "s", label: "S" }] } } });
  });

  test("AttributeOptionInUse: what a product has stays", async () => {
    await slice.owner.raw("insert into catalog.product_attributes (product_id, attribute_id, option_id) select $1, attribute_id, id from catalog.attribute_options where code = 'l'", [SMALL_SHOP.product(1)]);
    const input = { code: "size", options: [{ code: "s", label: "S" }] };
    const { data } = await slice.graph.as(root).run("mutation ($input: AttributeOptionsSetInput!) { attributeOptionsSet(input: $input) { __typename ... on AttributeOptionInUse { option path } } }", { input });
    expect(data["attributeOptionsSet"]).toEqual({ __typename: "AttributeOptionInUse", option: "l", path: ["input", "options"] });
  });

  test.each([["InvalidValue", { code: "Bad Code", name: "x", type: "TEXT" }], ["InvalidValue", { code: "new_one", type: "TEXT" }], ["InvalidValue", { code: "new_one", name: "x" }], ["InvalidValue", { code: "size", type: "TEXT" }],
    ["InvalidValue", { code: "watts", name: "Watts", type: "NUMBER", isVariantOption: true }], ["InvalidValue", { code: "new_one", name: "x", type: "TEXT", unit: "x".repeat(21) }], ["VersionConflict", { code: "size", expectedVersion: 1 }]])("%s: attributeUpsert %j", async (type, input) => {
    expect((await call("attributeUpsert", input)).__typename).toBe(type);
  });

  test.each([["AttributeNotFound", { code: "none", options: [] }], ["AttributeNotFound", { code: "'; drop", options: [] }], ["VersionConflict", { code: "size", options: [], expectedVersion: 1 }], ["InvalidValue", { code: "size", options: [{ code: "A", label: "x" }] }],
    ["InvalidValue", { code: "size", options: [{ code: "a", label: "" }] }], ["InvalidValue", { code: "size", options: [{ code: "a", label: "x" }, { code: "a", label: "y" }] }]])("%s: attributeOptionsSet %j", async (type, input) => {
    expect((await call("attributeOptionsSet", input)).__typename).toBe(type);
  });
});

describe("translationsSet", () => {
  beforeAll(async () => void (await call("attributeUpsert", { code: "tone", name: "Tone", type: "OPTION" }), await call("attributeOptionsSet", { code: "tone", options: [{ code: "warm", label: "Warm" }] })));

  test("TranslationsSetSuccess: texts come, change and go; HTML is cleaned; a seller's own product too", async () => {
    const targetId = productId(1);
    expect(await call("translationsSet", { targetId, locale: "de", texts: [{ field: "NAME", value: " Laterne " }, { field: "DESCRIPTION_HTML", value: "<p>Hell<script>x</script></p>" }] }, vera)).toMatchObject({ __typename: "TranslationsSetSuccess", translations: [{ field: "DESCRIPTION_HTML", value: "<p>Hell</p>" }, { field: "NAME", value: "Laterne" }] });
    expect((await slice.graph.run("query ($id: ID) { product(id: $id) { name(locale: \"de-CH\") description(locale: \"de\") } }", { id: targetId })).data["product"]).toEqual({ name: "Laterne", description: "Hell" });
    expect(await call("translationsSet", { targetId, locale: "de", texts: [{ field: "NAME", value: null }] }, vera)).toMatchObject({ translations: [{ field: "DESCRIPTION_HTML" }] });
  });

  test("of variants, categories, brands, attributes and options", async () => {
    const { data } = await slice.graph.run("{ attribute(code: \"tone\") { id options { nodes { id } } } brand(slug: \"lumo\") { id } }");
    for (const targetId of [encodeId("var", SMALL_SHOP.variant(1)), lights, data["brand"].id, data["attribute"].id]) expect((await call("translationsSet", { targetId, locale: "fr", texts: [{ field: "NAME", value: "Nom" }] })).__typename).toBe("TranslationsSetSuccess");
    expect((await call("translationsSet", { targetId: data["attribute"].options.nodes[0].id, locale: "fr", texts: [{ field: "LABEL", value: "Chaud" }] })).__typename).toBe("TranslationsSetSuccess");
    expect((await slice.graph.run("{ attribute(code: \"tone\") { name(locale: \"fr\") options { nodes { label(locale: \"fr\") } } } }")).data["attribute"]).toEqual({ name: "Nom", options: { nodes: [{ label: "Chaud" }] } });
  });

  test("TranslationTargetNotFound: another's, of another kind, nothing", async () => {
    for (const [targetId, viewer] of [[productId(2), vera], [lights, vera], [encodeId("usr", SMALL_SHOP.ada), root], ["x", root], [encodeId("prd", SMALL_SHOP.ada), root]] as const) {
      expect((await call("translationsSet", { targetId, locale: "de", texts: [{ field: "NAME", value: "x" }] }, viewer)).__typename).toBe("TranslationTargetNotFound");
    }
  });

  test.each([["no locale", "de'; --", [{ field: "NAME", value: "x" }]], ["another spelling", "DE", [{ field: "NAME", value: "x" }]], ["a field it does not have", "de", [{ field: "LABEL", value: "x" }]], ["the same field twice", "de", [{ field: "NAME", value: "x" }, { field: "NAME", value: "y" }]],
    ["nothing", "de", []], ["NUL", "de", [{ field: "NAME", value: "\0" }]], ["half a character", "de", [{ field: "DESCRIPTION", value: "\udc00" }]], ["too long", "de", [{ field: "NAME", value: "x".repeat(301) }]]])("InvalidValue: %s", async (_name, locale, texts) => {
    expect((await call("translationsSet", { targetId: productId(1), locale, texts })).__typename).toBe("InvalidValue");
  });
});
