import { beforeAll, describe, expect, test } from "vitest";
import { useSlice } from "#kit/testing/sliceTest.ts";
import { SMALL_SHOP } from "#kit/testing/smallShop.ts";
import { NOW } from "#kit/testing/testClocks.ts";
import { observeStatements } from "#platform/db/database.ts";
import { type WriteOptions, writeProducts } from "../commands/product/writeProducts.ts";
import type { ProductDraft } from "../domain/productInput.ts";
import { createCatalogSubgraph } from "../subgraph.ts";

const slice = useSlice("martgraph_catalog", createCatalogSubgraph);
const STAFF: WriteOptions = { at: NOW.business, rights: { mayChange: () => true, createBrands: true, createOptions: true } };
const VENDOR: WriteOptions = { at: NOW.business, rights: { mayChange: (id) => id === SMALL_SHOP.vendor, createBrands: false, createOptions: false } };
const write = (drafts: readonly ProductDraft[], options: WriteOptions = STAFF) => slice.db.tx((tx) => writeProducts(tx, drafts, options));
const refused = async (draft: ProductDraft, options?: WriteOptions) => {
  const [outcome] = await write([draft], options);
  return outcome?.ok ? [] : (outcome?.error ?? []).map(({ code, path }) => [code, path.join(".")]);
};
const draftOf = (n: number): ProductDraft => ({
  name: `Lamp ${n % 10}`, descriptionHtml: `<p>Light <b>number ${n}</b></p><script>alert(1)</script>`, status: "ACTIVE", brand: { name: `Maker ${n % 7}` }, categoryIds: [SMALL_SHOP.subcategory, SMALL_SHOP.category],
  externalRef: `L${n}`, attributes: [{ code: "material", values: ["Oak", "Brass"] }, { code: "watts", values: [String(n)] }, { code: "dimmable", values: ["true"] }, { code: "since", values: ["2010-02-03"] }, { code: "note", values: ["warm", "soft"] }],
  variants: ["Red", "Blue"].map((colour) => ({ sku: `lamp-${n}-${colour}`, options: [{ attribute: "colour", option: colour }], barcode: "4006381333931", weightGrams: 300 })),
});

beforeAll(async () => {
  await slice.owner.raw(`insert into catalog.attributes (code, name, type, is_variant_option) values
    ('material', 'Material', 'OPTION', false), ('colour', 'Colour', 'OPTION', true), ('watts', 'Watts', 'NUMBER', false), ('dimmable', 'Dimmable', 'BOOLEAN', false), ('since', 'Since', 'DATE', false), ('note', 'Note', 'TEXT', false)`);
  await slice.owner.raw("insert into catalog.attribute_options (attribute_id, code, label) select id, 'oak', 'Oak' from catalog.attributes where code = 'material'");
});

describe("writeProducts", () => {
  test("a hundred drafts take no more statements than two, and writing them again changes nothing", async () => {
    const statements: string[] = [];
    const stop = observeStatements((name) => statements.push(name));
    const first = await write([draftOf(1), draftOf(2)]);
    const few = statements.splice(0).length;
    const many = await write(Array.from({ length: 100 }, (_, n) => draftOf(n + 3)));
    const count = statements.splice(0).length;
    stop();
    expect([...first, ...many].every((one) => one.ok && one.value.change === "CREATED")).toBe(true);
    // One more looks for numbers behind the slugs that collide.
    expect(count).toBeLessThanOrEqual(few + 1);
    expect(count).toBeLessThanOrEqual(30);
    const { rows } = await slice.owner.raw("select count(distinct slug)::int as slugs, count(*)::int as products, (select count(*)::int from catalog.brands) as brands, (select count(*)::int from catalog.attribute_options) as options from catalog.products where external_ref like 'L%'");
    expect(rows).toEqual([{ slugs: 102, products: 102, brands: 7, options: 4 }]);
    const { rows: [one] } = await slice.owner.raw(`select p.description, p.description_html, p.version, p.published_at is not null as published, (select json_agg(v.name || ' ' || v.sku order by v.sku) from catalog.variants v where v.product_id = p.id) as variants,
      (select count(*)::int from catalog.product_attributes a where a.product_id = p.id) as values, (select json_agg(c.category_id) from catalog.product_categories c where c.product_id = p.id) as further, p.category_id,
      (select count(*)::int from catalog.stock_levels s join catalog.variants v on v.id = s.variant_id where v.product_id = p.id) as stocked from catalog.products p where p.external_ref = 'L1'`);
    expect(one).toEqual({ description: "Light number 1", description_html: "<p>Light <b>number 1</b></p>", version: 1, published: true, variants: ["Lamp 1 (Blue) LAMP-1-BLUE", "Lamp 1 (Red) LAMP-1-RED"], values: 7, further: [SMALL_SHOP.category], category_id: SMALL_SHOP.subcategory, stocked: 2 });
    const events = async () => (await slice.owner.raw("select count(*)::int as n from platform.outbox where type = 'ProductChanged'")).rows;
    const before = await events();
    const again = await write(Array.from({ length: 102 }, (_, n) => draftOf(n + 1)), { ...STAFF, onKnown: "UPDATE" });
    expect(new Set(again.map((one) => one.ok && one.value.change))).toEqual(new Set(["UNCHANGED"]));
    expect(await events()).toEqual(before);
  });

  test("what changes counts the version up and is told once; what is undefined stays", async () => {
    const [known] = (await slice.owner.raw<{ id: string; version: number }>("select id, version from catalog.products where external_ref = 'L5'")).rows;
    const id = known?.id as string;
    for (const draft of [{ name: "Lantern" }, { attributes: [{ code: "watts", values: ["7.5"] }] }, { variants: [{ sku: "LAMP-5-RED", weightGrams: null }] }, { variants: [{ sku: "LAMP-5-RED", options: [{ attribute: "colour", option: "Green" }] }] }, { categoryIds: [] }, { slug: "lantern-five" }, { links: [{ kind: "RELATED" as const, productIds: [SMALL_SHOP.product(1)] }] }]) {
      const [outcome] = await write([{ id, ...draft }]);
      expect(outcome).toMatchObject({ ok: true, value: { change: "UPDATED" } });
    }
    const { rows: [now] } = await slice.owner.raw("select p.version, p.name, p.slug, p.brand_id is not null as branded, p.category_id, (select json_agg(a.value_number) from catalog.product_attributes a where a.product_id = p.id) as watts from catalog.products p where p.id = $1", [id]);
    expect(now).toEqual({ version: 8, name: "Lantern", slug: "lantern-five", branded: true, category_id: null, watts: [7.5] });
    expect((await slice.owner.raw("select slug from catalog.former_slugs where target_id = $1", [id])).rows).toHaveLength(1);
    expect((await write([{ id, name: "Lantern" }]))[0]).toMatchObject({ value: { change: "UNCHANGED" } });
    // Neither a new product nor another one takes the former slug; the product itself may go back to it.
    const former = (await slice.owner.raw<{ slug: string }>("select slug from catalog.former_slugs where target_id = $1", [id])).rows[0]?.slug as string;
    expect(await refused({ name: "x", slug: former, variants: [{ sku: "X1" }] })).toEqual([["SLUG_TAKEN", "slug"]]);
    expect((await write([{ id, slug: former }]))[0]?.ok).toBe(true);
    expect((await slice.owner.raw("select slug from catalog.former_slugs where target_id = $1", [id])).rows).toEqual([{ slug: "lantern-five" }]);
  });

  const variants = [{ sku: "NEW-1" }];
  test.each<[string, ProductDraft, string, string, WriteOptions?]>([
    ["no name", { variants }, "INVALID_VALUE", "name"],
    ["no variant", { name: "x", variants: [] }, "INVALID_VALUE", "variants"],
    ["another's code", { name: "x", variants: [{ sku: "85121a" }] }, "SKU_TAKEN", "variants.0.sku"],
    ["a code twice", { name: "x", variants: [{ sku: "N1" }, { sku: "n1" }] }, "INVALID_VALUE", "variants.1.sku"],
    ["the same options twice", { name: "x", variants: [1, 2].map((n) => ({ sku: `N${n}`, options: [{ attribute: "colour", option: "Red" }] })) }, "INVALID_VALUE", "variants.1.options"],
    ["a slug that is taken", { name: "x", slug: "party-bunting", variants }, "SLUG_TAKEN", "slug"],
    ["a slug that is none", { name: "x", slug: "../etc", variants }, "INVALID_VALUE", "slug"],
    ["a known number", { name: "x", externalRef: "85123A", variants }, "EXTERNAL_REF_TAKEN", "externalRef"],
    ["an unknown category", { name: "x", categoryIds: [SMALL_SHOP.vendor], variants }, "CATEGORY_NOT_FOUND", "categoryIds.0"],
    ["an unknown brand", { name: "x", brand: { slug: "nobody" }, variants }, "BRAND_NOT_FOUND", "brand"],
    ["a brand that a vendor may not make", { name: "x", brand: { name: "Mine" }, vendorId: SMALL_SHOP.vendor, variants }, "BRAND_NOT_FOUND", "brand", VENDOR],
    ["an option that a vendor may not make", { name: "x", vendorId: SMALL_SHOP.vendor, attributes: [{ code: "material", values: ["Gold"] }], variants }, "OPTION_NOT_FOUND", "attributes.0.values.0", VENDOR],
    ["an unknown attribute", { name: "x", attributes: [{ code: "nothing", values: ["1"] }], variants }, "ATTRIBUTE_NOT_FOUND", "attributes.0.code"],
    ["an attribute that no variants differ by", { name: "x", variants: [{ sku: "N1", options: [{ attribute: "material", option: "Oak" }] }] }, "ATTRIBUTE_NOT_FOUND", "variants.0.options.0.attribute"],
    ["words for a number", { name: "x", attributes: [{ code: "watts", values: ["many"] }], variants }, "INVALID_VALUE", "attributes.0.values.0"],
    ["the 30th of February", { name: "x", attributes: [{ code: "since", values: ["2012-02-30"] }], variants }, "INVALID_VALUE", "attributes.0.values.0"],
    ["two truths", { name: "x", attributes: [{ code: "dimmable", values: ["true", "false"] }], variants }, "INVALID_VALUE", "attributes.0.values"],
    ["an unknown vendor", { name: "x", vendorId: SMALL_SHOP.ada, variants }, "SELLER_NOT_FOUND", "vendorId"],
    ["no vendor, by a vendor", { name: "x", variants }, "SELLER_NOT_FOUND", "vendorId", VENDOR],
    ["another's product", { id: SMALL_SHOP.product(2), name: "Mine now" }, "PRODUCT_NOT_FOUND", "id", VENDOR],
    ["giving a product away", { id: SMALL_SHOP.product(1), vendorId: null }, "SELLER_NOT_FOUND", "vendorId", VENDOR],
    ["a link to nothing", { name: "x", links: [{ kind: "UP_SELL", productIds: [SMALL_SHOP.ada] }], variants }, "PRODUCT_NOT_FOUND", "links.0.productIds.0"],
    ["a link to itself", { id: SMALL_SHOP.product(1), links: [{ kind: "UP_SELL", productIds: [SMALL_SHOP.product(1)] }] }, "INVALID_VALUE", "links.0.productIds.0"],
    ["an old version", { id: SMALL_SHOP.product(1), expectedVersion: 99, name: "y" }, "VERSION_CONFLICT", "expectedVersion"],
    ["a barcode with letters", { name: "x", variants: [{ sku: "N1", barcode: "12345678X" }] }, "INVALID_VALUE", "variants.0.barcode"],
    ["a weight below nothing", { name: "x", variants: [{ sku: "N1", weightGrams: -1 }] }, "INVALID_VALUE", "variants.0.weightGrams"],
    ["NUL", { name: "a\0b", variants }, "INVALID_VALUE", "name"],
    ["half a character", { name: "a\ud800", variants }, "INVALID_VALUE", "name"],
    ["a name that turns around", { name: "gpj.\u202Eexe", variants }, "INVALID_VALUE", "name"],
    ["a description with NUL", { name: "x", descriptionHtml: "<p>\0</p>", variants }, "INVALID_VALUE", "descriptionHtml"],
  ])("refused: %s", async (_name, draft, code, path, options) => {
    expect(await refused(draft, options)).toEqual([[code, path]]);
  });

  test("refused drafts leave nothing, the others are written", async () => {
    const outcomes = await write([{ name: "Good one", variants: [{ sku: "GOOD-1" }] }, { name: "Bad one", brand: { name: "Ghost" }, variants: [{ sku: "GOOD-1" }] }, { name: "Other", externalRef: "R1", variants: [{ sku: "GOOD-2" }] }, { name: "Same", externalRef: "R1", variants: [{ sku: "GOOD-3" }] }]);
    expect(outcomes.map((one) => (one.ok ? one.value.change : one.error[0]?.code))).toEqual(["CREATED", "SKU_TAKEN", "CREATED", "EXTERNAL_REF_TAKEN"]);
    expect((await slice.owner.raw("select 1 from catalog.brands where name = 'Ghost'")).rows).toEqual([]);
  });

  test("writers at once give nobody the same slug or code", async () => {
    const outcomes = await Promise.all(Array.from({ length: 6 }, (_, n) => write([{ name: "Twin", brand: { name: "Twins" }, variants: [{ sku: `TWIN-${n % 3}` }] }])));
    expect(outcomes.flat().filter((one) => one.ok)).toHaveLength(3);
    expect((await slice.owner.raw("select slug from catalog.products where name = 'Twin' order by slug")).rows).toEqual([{ slug: "twin" }, { slug: "twin-2" }, { slug: "twin-3" }]);
    expect((await slice.owner.raw("select slug from catalog.brands where name = 'Twins'")).rows).toEqual([{ slug: "twins" }]);
  });
});
