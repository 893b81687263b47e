import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, describe, expect, test } from "vitest";
import { person } from "#kit/testing/graphOf.ts";
import { useSlice } from "#kit/testing/sliceTest.ts";
import { SMALL_SHOP } from "#kit/testing/smallShop.ts";
import { NOW } from "#kit/testing/testClocks.ts";
import type { Viewer } from "#kit/viewer.ts";
import { fixedClock } from "#platform/clock.ts";
import { encodeId } from "#schema/values/ids.ts";
import { sweepPlans } from "../commands/product/sweepPlans.ts";
import { createCatalogSubgraph } from "../subgraph.ts";

const slice = useSlice("martgraph_catalog", createCatalogSubgraph);
const root = person(SMALL_SHOP.root, "ADMIN");
const vera: Viewer = { ...person(SMALL_SHOP.vera, "VENDOR"), vendorIds: [SMALL_SHOP.vendor] };
const productId = (n: number) => encodeId("prd", SMALL_SHOP.product(n));
const ERROR = "... on UserError { code message path } ... on VersionConflict { expected actual } ... on SlugTaken { slug } ... on InvalidProductStatus { status }";
const PRODUCT = "product { id slug name status version description descriptionHtml publishAt unpublishAt publishedAt vendor { id } brand { name } variants(first: 50) { nodes { id sku version } } }";

async function call(field: string, input: object, viewer: Viewer = root, selection = PRODUCT) {
  const type = `${field[0]?.toUpperCase()}${field.slice(1)}`;
  const isStatus = /^product(Publish|Unpublish|Archive|Restore)$/.test(field);
  const inputType = isStatus ? (field.endsWith("ublish") ? "ProductPublishInput" : "ProductStateInput") : `${type}Input`;
  const success = isStatus ? "ProductStatusSuccess" : `${type}Success`;
  const fits = (name: string) => slice.subgraph.schema.getPossibleTypes(slice.subgraph.schema.getType(isStatus ? "ProductStatusResult" : `${type}Result`) as never).some((one) => one.name === name);
  const errors = ERROR.replaceAll(/\.\.\. on (\w+) \{[^}]*\}/g, (fragment: string, name: string) => (name === "UserError" || fits(name) ? fragment : ""));
  const { data, errors: failed } = await slice.graph.as(viewer).run(`mutation ($input: ${inputType}!) { ${field}(input: $input) { __typename ... on ${success} { ${selection} } ${errors} } }`, { input });
  if (failed) return { __typename: failed[0]?.extensions?.["code"] };
  return data[field];
}
const create = (input: object, viewer?: Viewer) => call("productCreate", { name: "Lamp", variants: [{ sku: `S${Math.random().toString(36).slice(2)}` }], ...input }, viewer);

beforeAll(async () => {
  await slice.owner.raw("insert into catalog.attributes (code, name, type, is_variant_option) values ('colour', 'Colour', 'OPTION', true), ('watts', 'Watts', 'NUMBER', false)");
  await slice.owner.raw("insert into catalog.attribute_options (attribute_id, code, label) select id, 'red', 'Red' from catalog.attributes where code = 'colour'");
});

describe("productCreate", () => {
  test("ProductCreateSuccess: a draft with its variants, seen by its seller and not by shoppers; published at once where asked for", async () => {
    const made = await create({ name: "Desk Lamp", descriptionHtml: "<p onclick=x>Bright</p>", brand: { name: "Lumo" }, categoryIds: [encodeId("cat", SMALL_SHOP.subcategory)], attributes: [{ code: "watts", values: ["7"] }], variants: [{ sku: "dl-1", options: [{ attribute: "colour", option: "Red" }] }] });
    expect(made).toMatchObject({ __typename: "ProductCreateSuccess", product: { slug: "desk-lamp", status: "DRAFT", version: 1, descriptionHtml: "<p>Bright</p>", brand: { name: "Lumo" }, publishedAt: null, variants: { nodes: [{ sku: "DL-1" }] } } });
    expect((await slice.graph.run(`{ product(slug: "desk-lamp") { id } }`)).data["product"]).toBeNull();
    const mine = await create({ name: "Mine" }, vera);
    expect(mine).toMatchObject({ __typename: "ProductCreateSuccess", product: { vendor: { id: encodeId("ven", SMALL_SHOP.vendor) } } });
    expect(await create({ name: "Sold", publish: true })).toMatchObject({ product: { status: "ACTIVE", publishedAt: NOW.business.toISOString() } });
  });

  test.each([
    ["InvalidValue", { name: " " }], ["InvalidValue", { variants: [] }], ["InvalidValue", { brand: {} }], ["InvalidValue", { brand: { slug: "a", name: "b" } }], ["SlugTaken", { slug: "party-bunting" }], ["SkuTaken", { variants: [{ sku: "85121A" }] }],
    ["ExternalRefTaken", { externalRef: "85121A" }], ["SellerNotFound", { vendorId: encodeId("ven", SMALL_SHOP.ada) }], ["SellerNotFound", { vendorId: productId(1) }], ["BrandNotFound", { brand: { slug: "nobody" } }],
    ["BrandNotFound", { brand: { id: productId(1) } }], ["CategoryNotFound", { categoryIds: [productId(1)] }], ["CategoryNotFound", { categoryIds: ["1 or 1=1"] }], ["AttributeNotFound", { attributes: [{ code: "'; --", values: ["1"] }] }],
    ["OptionNotFound", { attributes: [{ code: "colour", values: ["\u0394"] }] }],
  ])("%s: %j", async (type, input) => {
    // Staff make options that are missing; a seller does not.
    const viewer = type === "OptionNotFound" ? vera : root;
    expect(await create(input, viewer)).toMatchObject({ __typename: type, path: expect.arrayContaining(["input"]) });
  });

  test("nobody but staff and sellers; a seller not for others and with no new brands", async () => {
    for (const viewer of [person(SMALL_SHOP.ada), person(SMALL_SHOP.sam, "SUPPORT")]) expect((await create({}, viewer)).__typename).toBe("FORBIDDEN");
    expect((await create({ vendorId: null }, vera)).__typename).toBe("SellerNotFound");
    expect((await create({ brand: { name: "New One" } }, vera)).__typename).toBe("BrandNotFound");
    expect((await create({}, { ...vera, vendorIds: [] })).__typename).toBe("SellerNotFound");
  });
});

describe("productUpdate", () => {
  test("ProductUpdateSuccess: what is given changes, the rest stays, null takes away", async () => {
    const { product } = await create({ name: "Change Me", description: "One\n\nTwo", seoTitle: "T" });
    expect(product.descriptionHtml).toBe("<p>One</p><p>Two</p>");
    expect(await call("productUpdate", { id: product.id, name: "Changed", expectedVersion: 1 })).toMatchObject({ product: { name: "Changed", slug: "change-me", version: 2, description: "One\n\nTwo" } });
    expect(await call("productUpdate", { id: product.id, description: null, brand: null })).toMatchObject({ product: { version: 3, description: null, descriptionHtml: null } });
    expect(await call("productUpdate", { id: product.id, slug: "changed" })).toMatchObject({ product: { slug: "changed" } });
    expect((await slice.graph.as(root).run("{ product(slug: \"change-me\") { slug } }")).data["product"]).toEqual({ slug: "changed" });
  });

  test("VersionConflict: of many updates of one version at once exactly one comes through", async () => {
    const { product } = await create({ name: "Contended" });
    const answers = await Promise.all(Array.from({ length: 6 }, (_, n) => call("productUpdate", { id: product.id, name: `Contended ${n}`, expectedVersion: 1 })));
    expect(answers.map((one) => one.__typename as string).toSorted((a, b) => a.localeCompare(b))).toEqual(["ProductUpdateSuccess", ...Array.from({ length: 5 }, () => "VersionConflict")]);
    expect(answers.find((one) => one.__typename === "VersionConflict")).toMatchObject({ expected: 1, actual: 2, path: ["input", "expectedVersion"] });
  });

  test.each([["nothing at all", "1 or 1=1"], ["another kind", encodeId("usr", SMALL_SHOP.product(1))], ["one that is not there", encodeId("prd", SMALL_SHOP.ada)]])("ProductNotFound: %s", async (_name, id) => {
    for (const [field, input] of [["productUpdate", { id, name: "x" }], ["productPublish", { id }], ["productUnpublish", { id }], ["productArchive", { id }], ["productRestore", { id }], ["productLinksSet", { productId: id, kind: "RELATED", productIds: [] }]] as const) {
      expect((await call(field, input)).__typename).toBe("ProductNotFound");
    }
  });

  test("ProductNotFound: another vendor's, also by every other mutation", async () => {
    const id = productId(2);
    for (const [field, input] of [["productUpdate", { id, name: "x" }], ["productPublish", { id }], ["productArchive", { id }], ["productLinksSet", { productId: id, kind: "RELATED", productIds: [] }]] as const) {
      expect(await call(field, input, vera)).toMatchObject({ __typename: "ProductNotFound" });
    }
    expect((await call("variantArchive", { id: encodeId("var", SMALL_SHOP.variant(2)) }, vera, "variant { sku }")).__typename).toBe("VariantNotFound");
    expect((await call("productUpdate", { id: productId(1), vendorId: null }, vera)).__typename).toBe("SellerNotFound");
    expect(await call("productUpdate", { id: productId(1), productType: "Lantern" }, vera)).toMatchObject({ __typename: "ProductUpdateSuccess" });
  });

  test.each([["InvalidValue", { name: "\ud800" }], ["InvalidValue", { slug: "../../etc/passwd" }], ["InvalidValue", { seoTitle: "x".repeat(301) }], ["InvalidValue", { descriptionHtml: "x".repeat(100_001) }], ["SlugTaken", { slug: "regency-cakestand" }], ["ExternalRefTaken", { externalRef: "85122A" }],
    ["BrandNotFound", { brand: { id: "x" } }], ["CategoryNotFound", { categoryIds: [encodeId("cat", SMALL_SHOP.ada)] }], ["AttributeNotFound", { attributes: [{ code: "none", values: [] }] }], ["OptionNotFound", { attributes: [{ code: "colour", values: ["Mauve"] }] }]])("%s: %j", async (type, change) => {
    expect((await call("productUpdate", { id: productId(1), ...change }, vera)).__typename).toBe(type);
  });

  test("what staff do is written down with the names of the fields, never their texts", async () => {
    const { product } = await create({ name: "Audited" });
    await call("productUpdate", { id: product.id, name: "Audited secretly" });
    const { rows } = await slice.owner.raw("select action, target_kind, details from platform.audit_log where action = 'productUpdate' order by id desc limit 1");
    expect(rows).toMatchObject([{ target_kind: "product", details: { change: "UPDATED", fields: ["name"] } }]);
  });
});

describe("status", () => {
  const day = (days: number) => new Date(NOW.business.getTime() + days * 86_400_000).toISOString();

  test("ProductStatusSuccess: drafts go on sale and come back; archived ones are restored as drafts; repeated it changes nothing", async () => {
    const { product: { id } } = await create({ name: "Moving" });
    expect(await call("productPublish", { id })).toMatchObject({ __typename: "ProductStatusSuccess", product: { status: "ACTIVE", version: 2, publishedAt: NOW.business.toISOString() } });
    expect(await call("productPublish", { id })).toMatchObject({ product: { status: "ACTIVE", version: 2 } });
    expect(await call("productUnpublish", { id })).toMatchObject({ product: { status: "DRAFT", version: 3 } });
    expect(await call("productArchive", { id })).toMatchObject({ product: { status: "ARCHIVED" } });
    expect(await call("productRestore", { id, expectedVersion: 4 })).toMatchObject({ product: { status: "DRAFT", version: 5 } });
    const { rows } = await slice.owner.raw("select payload->>'change' as change from platform.outbox where type = 'ProductChanged' and aggregate_id = (select id from catalog.products where slug = 'moving') order by event_id");
    expect(rows.map(({ change }) => change)).toEqual(["CREATED", "PUBLISHED", "ARCHIVED", "UPDATED", "UPDATED"]);
  });

  test("InvalidProductStatus: what the status does not allow", async () => {
    expect(await call("productPublish", { id: productId(7) })).toMatchObject({ __typename: "InvalidProductStatus", status: "ARCHIVED" });
    expect(await call("productRestore", { id: productId(2) })).toMatchObject({ __typename: "InvalidProductStatus", status: "ACTIVE" });
    expect(await call("productUnpublish", { id: productId(6), at: day(3) })).toMatchObject({ __typename: "InvalidProductStatus", status: "DRAFT" });
  });

  test("VersionConflict and InvalidValue: read another version, too far ahead, an end before the beginning", async () => {
    const { product: { id } } = await create({ name: "Planned badly" });
    expect((await call("productPublish", { id, expectedVersion: 9 })).__typename).toBe("VersionConflict");
    expect((await call("productPublish", { id, at: day(4_000) })).__typename).toBe("InvalidValue");
    await call("productPublish", { id, at: day(5) });
    expect((await call("productUnpublish", { id, at: day(4) })).__typename).toBe("InvalidValue");
    expect(await call("productUnpublish", { id, at: day(6) })).toMatchObject({ product: { status: "DRAFT", publishAt: day(5), unpublishAt: day(6) } });
    expect((await call("productPublish", { id, at: day(7) })).__typename).toBe("InvalidValue");
    expect(await call("productUnpublish", { id })).toMatchObject({ product: { publishAt: null, unpublishAt: null } });
  });

  test("what is planned is carried out once by many processes, in order, each step told once", async () => {
    const { product: { id } } = await create({ name: "Planned well" });
    await call("productPublish", { id, at: day(1) });
    await call("productUnpublish", { id, at: day(2) });
    const at = (days: number) => ({ db: slice.db, clocks: { business: fixedClock(new Date(day(days))), wall: fixedClock(NOW.wall) } });
    const read = async () => (await slice.graph.as(root).run("query ($id: ID!) { product(id: $id) { status publishAt unpublishAt publishedAt } }", { id })).data["product"];
    expect(await sweepPlans(at(0.5))).toBe(0);
    expect((await Promise.all(Array.from({ length: 5 }, () => sweepPlans(at(1))))).reduce((sum, n) => sum + n, 0)).toBe(1);
    expect(await read()).toEqual({ status: "ACTIVE", publishAt: null, unpublishAt: day(2), publishedAt: day(1) });
    expect((await Promise.all(Array.from({ length: 5 }, () => sweepPlans(at(3))))).reduce((sum, n) => sum + n, 0)).toBe(1);
    expect(await read()).toEqual({ status: "DRAFT", publishAt: null, unpublishAt: null, publishedAt: day(1) });
    // Nobody was there while both times passed: it is on sale for a moment, and told so.
    await call("productPublish", { id, at: day(1) });
    await call("productUnpublish", { id, at: day(2) });
    expect(await sweepPlans(at(9))).toBe(2);
    expect(await read()).toMatchObject({ status: "DRAFT", publishAt: null, unpublishAt: null });
    const { rows } = await slice.owner.raw("select payload->>'change' as change from platform.outbox where type = 'ProductChanged' and aggregate_id = (select id from catalog.products where slug = 'planned-well') and payload->>'change' in ('PUBLISHED', 'ARCHIVED') order by event_id");
    expect(rows.map(({ change }) => change)).toEqual(["PUBLISHED", "ARCHIVED", "PUBLISHED", "ARCHIVED"]);
  });

  test("the catalogue's process carries plans out by itself", async () => {
    const { product: { id } } = await create({ name: "By itself" });
    await slice.owner.raw("update catalog.products set publish_at = '2011-01-01T00:00:00Z' where slug = 'by-itself'");
    const process = await createCatalogSubgraph({ db: slice.db, clocks: { business: fixedClock(NOW.business), wall: fixedClock(NOW.wall) }, log: { info() {}, warn() {}, error() {}, debug() {} } as never, plans: true });
    for (let tries = 0; tries < 50; tries += 1) {
      if ((await slice.graph.run("query ($id: ID!) { product(id: $id) { status } }", { id })).data["product"]?.status === "ACTIVE") break;
      await sleep(100);
    }
    await process.close();
    expect((await slice.graph.run("query ($id: ID!) { product(id: $id) { status } }", { id })).data["product"]).toEqual({ status: "ACTIVE" });
  });
});

describe("productLinksSet", () => {
  test("ProductLinksSetSuccess: the links of one kind are replaced, those of others stay; drafts and archived ones are not shown", async () => {
    const links = "product { related: links(kind: RELATED) { slug } better: links(kind: UP_SELL) { slug } }";
    await call("productLinksSet", { productId: productId(2), kind: "UP_SELL", productIds: [productId(5)] }, root, links);
    expect(await call("productLinksSet", { productId: productId(2), kind: "RELATED", productIds: [productId(3), productId(1), productId(7)] }, root, links)).toMatchObject({ __typename: "ProductLinksSetSuccess", product: { related: [{ slug: "party-bunting" }, { slug: "white-hanging-heart-lantern" }], better: [{ slug: "heart-of-wicker" }] } });
    expect(await call("productLinksSet", { productId: productId(2), kind: "RELATED", productIds: [] }, root, links)).toMatchObject({ product: { related: [], better: [{ slug: "heart-of-wicker" }] } });
  });

  test("ProductNotFound, VersionConflict and InvalidValue", async () => {
    const set = (productIds: string[], rest: object = {}) => call("productLinksSet", { productId: productId(1), kind: "RELATED", productIds, ...rest }, vera);
    expect(await set([productId(2), encodeId("var", SMALL_SHOP.variant(2))])).toMatchObject({ __typename: "ProductNotFound", path: ["input", "productIds", "1"] });
    expect(await set([productId(1)])).toMatchObject({ __typename: "InvalidValue", path: ["input", "productIds", "0"] });
    expect((await set([productId(2), productId(2)])).__typename).toBe("InvalidValue");
    expect((await set(Array.from({ length: 101 }, () => productId(2)))).__typename).toBe("InvalidValue");
    expect((await set([], { expectedVersion: 99 })).__typename).toBe("VersionConflict");
    // Another vendor's draft is not there.
    await slice.owner.raw("update catalog.products set status = 'DRAFT' where id = $1", [SMALL_SHOP.product(4)]);
    expect((await set([productId(4)])).__typename).toBe("ProductNotFound");
    await slice.owner.raw("update catalog.products set status = 'ACTIVE' where id = $1", [SMALL_SHOP.product(4)]);
  });
});
