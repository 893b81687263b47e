import { beforeAll, describe, expect, test } from "vitest";
import { person } from "#kit/testing/graphOf.ts";
import { useSlice } from "#kit/testing/sliceTest.ts";
import { SMALL_SHOP } from "#kit/testing/smallShop.ts";
import { NOW } from "#kit/testing/testClocks.ts";
import { GUEST, type Viewer } from "#kit/viewer.ts";
import { encodeId } from "#schema/values/ids.ts";
import { writeProducts } from "../commands/product/writeProducts.ts";
import { createCatalogSubgraph } from "../subgraph.ts";

const slice = useSlice("martgraph_catalog", createCatalogSubgraph);
const vera: Viewer = { ...person(SMALL_SHOP.vera, "VENDOR"), vendorIds: [SMALL_SHOP.vendor] };
const STAFF = { at: NOW.business, rights: { mayChange: () => true, createBrands: true, createOptions: true } };

const CARD = `name(locale: "de-AT") description(locale: "de") descriptionHtml brand { slug name(locale: "de") } categories { slug name(locale: "de") } breadcrumbs { name } collections { slug name(locale: "de") }
  attributes { attribute { code name(locale: "de") } text(locale: "de") number boolean date option { code } } productType publishedAt seo { title description } links(kind: RELATED) { slug } version updatedAt translations { locale field value }
  variants(first: 5) { nodes { sku name(locale: "de") options { attribute { code } option { label(locale: "de") } } barcode weightGrams position isArchived version } }`;

beforeAll(async () => {
  const sql = (text: string, params: readonly unknown[] = []) => slice.owner.raw(text, params);
  await sql("insert into catalog.attributes (code, name, type, is_variant_option, position) values ('colour', 'Colour', 'OPTION', true, 0), ('watts', 'Watts', 'NUMBER', false, 1), ('dimmable', 'Dimmable', 'BOOLEAN', false, 2), ('since', 'Since', 'DATE', false, 3), ('note', 'Note', 'TEXT', false, 4)");
  await slice.db.tx((tx) => writeProducts(tx, Array.from({ length: 30 }, (_, n) => ({
    name: `Lamp ${n}`, descriptionHtml: `<p>Number <b>${n}</b></p>`, status: "ACTIVE" as const, brand: { name: `Maker ${n % 5}` }, categoryIds: [SMALL_SHOP.subcategory, SMALL_SHOP.category], productType: "Lamp",
    attributes: [{ code: "watts", values: ["12.50"] }, { code: "dimmable", values: ["true"] }, { code: "since", values: ["2010-02-03"] }, { code: "note", values: ["warm", "soft"] }, { code: "colour", values: ["Red"] }],
    variants: ["Red", "Blue"].map((colour) => ({ sku: `L${n}-${colour}`, options: [{ attribute: "colour", option: colour }], barcode: "4006381333931", weightGrams: 300 })),
    links: [{ kind: "RELATED" as const, productIds: [SMALL_SHOP.product(1), SMALL_SHOP.product(7)] }],
  })), STAFF));
  await sql("insert into catalog.translations (kind, target_id, locale, field, value, updated_at) select 'PRODUCT', id, 'de', 'NAME', 'Lampe ' || substr(name, 6), now() from catalog.products where name like 'Lamp %'");
  await sql("insert into catalog.translations (kind, target_id, locale, field, value, updated_at) select 'PRODUCT', id, 'de-AT', 'NAME', 'Lamperl', now() from catalog.products where name = 'Lamp 7'");
  await sql("insert into catalog.translations (kind, target_id, locale, field, value, updated_at) select 'OPTION', id, 'de', 'LABEL', 'Rot', now() from catalog.attribute_options where label = 'Red'");
  await sql("insert into catalog.translations (kind, target_id, locale, field, value, updated_at) values ('CATEGORY', $1, 'de', 'NAME', 'Lichter', now())", [SMALL_SHOP.subcategory]);
  await sql("insert into catalog.collections (slug, name, is_published, vendor_id, created_at, updated_at) values ('warm', 'Warm', true, null, now(), now()), ('secret', 'Secret', false, $1, now(), now())", [SMALL_SHOP.vendor]);
  await sql("insert into catalog.collection_products (collection_id, product_id, position) select c.id, p.id, substr(p.name, 6)::int from catalog.collections c, catalog.products p where p.name like 'Lamp %'");
  await sql("insert into catalog.former_slugs (kind, slug, target_id, replaced_at) select 'PRODUCT', 'old-lamp', id, now() from catalog.products where name = 'Lamp 1'");
  await sql("insert into catalog.former_slugs (kind, slug, target_id, replaced_at) values ('PRODUCT', 'old-secret', $1, now()), ('CATEGORY', 'old-lights', $2, now())", [SMALL_SHOP.product(6), SMALL_SHOP.subcategory]);
});

describe("a product", () => {
  test("shows what is known of it, translated where there is a translation", async () => {
    const { data, errors } = await slice.graph.run(`{ product(slug: "lamp-7") { ${CARD} } }`);
    expect(errors).toBeUndefined();
    expect(data["product"]).toMatchObject({
      name: "Lamperl", description: "Number 7", descriptionHtml: "<p>Number <b>7</b></p>", brand: { slug: "maker-2", name: "Maker 2" }, categories: [{ slug: "lights", name: "Lichter" }, { slug: "home", name: "Home" }],
      breadcrumbs: [{ name: "Home" }, { name: "Lights" }], collections: [{ slug: "warm" }], productType: "Lamp", seo: { title: "Lamp 7", description: null }, version: 1, publishedAt: NOW.business.toISOString(),
      links: [{ slug: "white-hanging-heart-lantern" }],
      attributes: [
        { attribute: { code: "colour" }, text: "Rot", number: null, option: { code: "red" } }, { attribute: { code: "watts" }, text: "12.5", number: "12.5" }, { attribute: { code: "dimmable" }, text: "true", boolean: true },
        { attribute: { code: "since" }, text: "2010-02-03", date: "2010-02-03" }, { attribute: { code: "note" }, text: "warm" }, { attribute: { code: "note" }, text: "soft" },
      ],
    });
    expect(data["product"].variants.nodes).toMatchObject([{ sku: "L7-BLUE", name: "Lamp 7 (Blue)", options: [{ attribute: { code: "colour" }, option: { label: "Blue" } }], barcode: "4006381333931", weightGrams: 300, position: 1, isArchived: false, version: 1 }, { options: [{ option: { label: "Rot" } }] }]);
    expect(data["product"].translations.map((one: { locale: string }) => one.locale)).toEqual(["de", "de-AT"]);
  });

  test("a page of 24 takes as many statements as a page of two", async () => {
    const page = (first: number) => slice.graph.run(`{ products(first: ${first}, sort: NEWEST) { nodes { ${CARD} } } }`);
    const [few, many] = [await page(2), await page(24)];
    expect(many.errors).toBeUndefined();
    expect(many.data["products"].nodes).toHaveLength(24);
    // What two fields ask for together, or one after the other, hangs on whose answer comes first; which statements run does not.
    expect(new Set(many.statements)).toEqual(new Set(few.statements));
    expect(many.statements.length).toBeLessThanOrEqual(26);
    const lean = await slice.graph.run("{ products(first: 24) { nodes { slug name brand { name } categories { name } breadcrumbs { name } attributes { attribute { name } text } variants(first: 3) { nodes { options { option { label } } } } } } }");
    expect(lean.statements.length).toBeLessThanOrEqual(10);
  });

  test("is found by a former slug, and shows its new one; a draft's former slug tells nobody of it", async () => {
    const { data } = await slice.graph.run(`{ product(slug: "old-lamp") { slug } draft: product(slug: "old-secret") { slug } category(slug: "old-lights") { slug } nothing: product(slug: "never") { slug } }`);
    expect(data).toEqual({ product: { slug: "lamp-1" }, draft: null, category: { slug: "lights" }, nothing: null });
    expect((await slice.graph.as(vera).run(`{ product(slug: "old-secret") { slug } }`)).data["product"]).toEqual({ slug: "secret-lantern" });
  });

  test("what is planned is seen by those who may see drafts alone", async () => {
    await slice.owner.raw("update catalog.products set unpublish_at = '2012-01-01T00:00:00Z' where id = $1", [SMALL_SHOP.product(1)]);
    const read = async (viewer: Viewer) => (await slice.graph.as(viewer).run(`{ product(id: "${encodeId("prd", SMALL_SHOP.product(1))}") { unpublishAt } }`)).data["product"].unpublishAt;
    expect(await Promise.all([GUEST, person(SMALL_SHOP.ada), vera, person(SMALL_SHOP.sam, "SUPPORT"), { ...vera, vendorIds: [] }].map(read))).toEqual([null, null, "2012-01-01T00:00:00.000Z", "2012-01-01T00:00:00.000Z", null]);
  });

  test.each(["'; drop table catalog.products; --", "de_AT", "", "d", "de-AT-" + "x".repeat(40), "../../etc", "de\0", "\ud800", "constructor", "__proto__"])("a locale that is none reaches no statement: %j", async (locale) => {
    const { errors, statements } = await slice.graph.run("query ($locale: String) { category(slug: \"home\") { name(locale: $locale) } }", { locale });
    expect(errors?.map((one) => one.extensions?.["code"])).toEqual(["BAD_USER_INPUT"]);
    expect(statements).toEqual(["catalog.categoriesBySlugs"]);
  });

  test("locales are read as browsers send them", async () => {
    for (const locale of ["de", "DE", "de-at", "de-Latn-AT", "de-CH-1996"]) expect((await slice.graph.run("query ($locale: String) { category(slug: \"lights\") { name(locale: $locale) } }", { locale })).data["category"].name).toBe("Lichter");
    expect((await slice.graph.run("{ category(slug: \"lights\") { name(locale: \"fr\") } }")).data["category"].name).toBe("Lights");
  });
});

describe("categories", () => {
  test("stand in a tree that is read in one go, with the way to each", async () => {
    const { data, statements } = await slice.graph.run("{ categoryTree { slug children { slug children { slug } breadcrumbs { slug } } } }");
    expect(data["categoryTree"]).toEqual([{ slug: "home", children: [{ slug: "lights", children: [], breadcrumbs: [{ slug: "home" }, { slug: "lights" }] }] }]);
    expect(statements).toEqual(["catalog.categoryTree", "catalog.pathsOfCategories"]);
    const deeper = await slice.graph.run("{ categoryTree(depth: 1) { slug children { slug } } }");
    expect(deeper.data["categoryTree"]).toEqual([{ slug: "home", children: [{ slug: "lights" }] }]);
    for (const args of ["depth: 0", "depth: 11", "first: 0", "first: 201"]) expect((await slice.graph.run(`{ categoryTree(${args}) { slug } }`)).errors).toMatchObject([{ extensions: { code: "BAD_USER_INPUT" } }]);
  });

  test("one request lists the products of ten categories, the same list once", async () => {
    const lists = (count: number) => slice.graph.run(`{ category(slug: "lights") { ${Array.from({ length: count }, (_, n) => `a${n}: products(first: ${n % 10 + 1}) { nodes { slug } }`).join(" ")} again: products(first: 1) { nodes { slug } } } }`);
    const [few, all] = [await lists(5), await lists(10)];
    expect([few.errors, all.errors]).toEqual([undefined, undefined]);
    // `again` is `a0`.
    expect([few.statements.length, all.statements.length]).toEqual([6, 11]);
    const more = await slice.graph.run(`{ category(slug: "lights") { ${Array.from({ length: 11 }, (_, n) => `a${n}: products(first: ${n + 1}) { nodes { slug } }`).join(" ")} } }`);
    expect(more.errors).toMatchObject([{ message: expect.stringContaining("at most 10 categories"), extensions: { code: "BAD_USER_INPUT" } }]);
  });

  test("a category lists products; ids of other kinds and strange slugs name nothing", async () => {
    const { data } = await slice.graph.run("{ category(slug: \"lights\") { products(first: 2, sort: NAME) { nodes { slug } totalCount } position version description } }");
    expect(data["category"]).toMatchObject({ products: { nodes: [{ slug: "jumbo-bag-red-retrospot" }, { slug: "lamp-0" }], totalCount: 34 }, position: 0, version: 1, description: null });
    for (const args of [`id: "${encodeId("prd", SMALL_SHOP.product(1))}"`, "id: \"1 or 1=1\"", "slug: \"../x\"", `slug: "${"x".repeat(5000)}"`]) expect((await slice.graph.run(`{ category(${args}) { slug } brand(${args}) { slug } collection(${args}) { slug } }`)).data).toEqual({ category: null, brand: null, collection: null });
    for (const args of ["id: \"a\", slug: \"b\"", ""]) expect((await slice.graph.run(`{ category${args ? `(${args})` : ""} { slug } }`)).errors).toMatchObject([{ extensions: { code: "BAD_USER_INPUT" } }]);
  });
});

describe("brands, collections and attributes", () => {
  test("pages without gap or repeat", async () => {
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const { data } = await slice.graph.run("query ($after: String) { brands(first: 2, after: $after) { nodes { slug } pageInfo { hasNextPage endCursor } } }", { after });
      seen.push(...data["brands"].nodes.map((one: { slug: string }) => one.slug));
      after = data["brands"].pageInfo.hasNextPage ? data["brands"].pageInfo.endCursor : null;
    } while (after !== null);
    expect(seen).toEqual(["maker-0", "maker-1", "maker-2", "maker-3", "maker-4"]);
    const { data } = await slice.graph.run("{ attributes(first: 2) { nodes { code type options(first: 1) { nodes { code } pageInfo { hasNextPage } } } pageInfo { hasNextPage } } attribute(code: \"watts\") { isVariantOption unit } }");
    expect(data).toMatchObject({ attributes: { nodes: [{ code: "colour", type: "OPTION", options: { nodes: [{ code: "red" }], pageInfo: { hasNextPage: true } } }, { code: "dimmable" }], pageInfo: { hasNextPage: true } }, attribute: { isVariantOption: false, unit: null } });
  });

  test("a collection shows its products in order; one that is not published to its vendor and the shop's people alone", async () => {
    const read = (viewer: Viewer, after?: string) => slice.graph.as(viewer).run("query ($after: String) { collection(slug: \"secret\") { isPublished } warm: collection(slug: \"warm\") { products(first: 20, after: $after) { nodes { name } pageInfo { hasNextPage endCursor } } } collections { nodes { slug } } }", { after });
    const first = (await read(GUEST)).data;
    const second = (await read(GUEST, first["warm"].products.pageInfo.endCursor)).data;
    expect([...first["warm"].products.nodes, ...second["warm"].products.nodes].map((one) => one.name)).toEqual(Array.from({ length: 30 }, (_, n) => `Lamp ${n}`));
    expect([first["collection"], first["collections"].nodes]).toEqual([null, [{ slug: "warm" }]]);
    for (const viewer of [vera, person(SMALL_SHOP.root, "ADMIN")]) expect((await read(viewer)).data).toMatchObject({ collection: { isPublished: false }, collections: { nodes: [{ slug: "secret" }, { slug: "warm" }] } });
  });
});
