import { beforeAll, describe, expect, test } from "vitest";
import { person } from "#kit/testing/graphOf.ts";
import { useSlice } from "#kit/testing/sliceTest.ts";
import { SMALL_SHOP } from "#kit/testing/smallShop.ts";
import { encodeId } from "#schema/values/ids.ts";
import { NOW } from "#kit/testing/testClocks.ts";
import { createOrdersSubgraph } from "../subgraph.ts";
import { ADDRESS, cartShopper } from "./cartShopper.ts";

const slice = useSlice("martgraph_orders", (deps) => createOrdersSubgraph({ ...deps, sweepSeconds: 0 }));
const root = person(SMALL_SHOP.root, "ADMIN");
const ERROR = "... on UserError { code message path } ... on VersionConflict { expected actual }";
const RATE = "id countryCode taxClass name rateBps isIncluded validFrom validTo version";
const ZONE = "id name version places { countryCode region } methods { id name description currency basis bands { upToGrams upToValue { amount } price { amount } } freeFrom { amount } taxClass minDays maxDays isActive position version }";
const MUTATIONS = {
  taxRateUpsert: `mutation ($input: TaxRateUpsertInput!) { taxRateUpsert(input: $input) { __typename ... on TaxRateUpsertSuccess { taxRate { ${RATE} } } ... on TaxRatesOverlap { existing { id } } ${ERROR} } }`,
  shippingZoneUpsert: `mutation ($input: ShippingZoneUpsertInput!) { shippingZoneUpsert(input: $input) { __typename ... on ShippingZoneUpsertSuccess { zone { ${ZONE} } } ... on ShippingZonesOverlap { place { countryCode region } existing { name } } ${ERROR} } }`,
  shippingMethodUpsert: `mutation ($input: ShippingMethodUpsertInput!) { shippingMethodUpsert(input: $input) { __typename ... on ShippingMethodUpsertSuccess { method { id version } zone { ${ZONE} } } ${ERROR} } }`,
  shopSettingsUpdate: `mutation ($input: ShopSettingsUpdateInput!) { shopSettingsUpdate(input: $input) { __typename ... on ShopSettingsUpdateSuccess { settings { deliveryRequired cartLifetimeDays defaultWeightGrams version } } ${ERROR} } }`,
} as const;

const run = (verb: keyof typeof MUTATIONS, input: unknown) => slice.graph.as(root).run(MUTATIONS[verb], { input });
const call = async (verb: keyof typeof MUTATIONS, input: unknown) => {
  const { data, errors } = await run(verb, input);
  if (errors) throw new Error(errors.map((error) => error.message).join("; "));
  return data[verb];
};
const VAT = { countryCode: "GB", name: "VAT", rateBps: 2_000, isIncluded: true };

describe("taxRateUpsert", () => {
  let vat: { id: string; version: number };
  beforeAll(async () => { vat = (await call("taxRateUpsert", VAT)).taxRate; });

  test("TaxRateUpsertSuccess: from now on where nothing else is said; changed by its id; the next cart has it", async () => {
    expect(vat).toEqual({ id: expect.stringMatching(/^tax_/), ...VAT, taxClass: "standard", validFrom: NOW.business.toISOString(), validTo: null, version: 1 });
    const cartId = await cartShopper(slice.graph).cartWith({ 5: 2 });
    const taxOf = async () => (await cartShopper(slice.graph).read(cartId)).totals.taxIncluded.amount;
    expect(await taxOf()).toBe("1.83");
    const changed = (await call("taxRateUpsert", { ...VAT, id: vat.id, rateBps: 1_000, expectedVersion: vat.version })).taxRate;
    expect(changed).toMatchObject({ id: vat.id, rateBps: 1_000, version: 2 });
    expect(await taxOf()).toBe("1.00");
    vat = (await call("taxRateUpsert", { ...VAT, id: vat.id })).taxRate;
    const { data } = await slice.graph.as(root).run(`{ taxRates(countryCode: "GB") { ${RATE} } none: taxRates(countryCode: "FR") { id } }`);
    expect(data).toEqual({ taxRates: [vat], none: [] });
  });

  test("TaxRatesOverlap: of one class in one country at one time; ended first, the next may begin", async () => {
    expect(await call("taxRateUpsert", { ...VAT, name: "New VAT", validFrom: "2012-01-01T00:00:00.000Z" })).toMatchObject({ __typename: "TaxRatesOverlap", code: "TAX_RATES_OVERLAP", existing: { id: vat.id } });
    expect((await call("taxRateUpsert", { ...VAT, name: "Books", taxClass: "books" })).__typename).toBe("TaxRateUpsertSuccess");
    vat = (await call("taxRateUpsert", { ...VAT, id: vat.id, validTo: "2012-01-01T00:00:00.000Z" })).taxRate;
    expect((await call("taxRateUpsert", { ...VAT, name: "New VAT", validFrom: "2012-01-01T00:00:00.000Z" })).__typename).toBe("TaxRateUpsertSuccess");
    expect((await call("taxRateUpsert", { ...VAT, id: vat.id, validTo: null })).__typename).toBe("TaxRatesOverlap");
  });

  test("two who add the same rate at once: one of them is told of the other's", async () => {
    const answers = await Promise.all(["a", "b", "c"].map((name) => call("taxRateUpsert", { ...VAT, countryCode: "NO", name })));
    expect(answers.filter((answer) => answer.__typename === "TaxRateUpsertSuccess")).toHaveLength(1);
    expect(answers.filter((answer) => answer.__typename === "TaxRatesOverlap")).toHaveLength(2);
  });

  test.each([
    [{ countryCode: "ZZ" }, "countryCode"], [{ name: " " }, "name"], [{ name: "x\u0000" }, "name"], [{ name: "x".repeat(101) }, "name"], [{ rateBps: -1 }, "rateBps"], [{ rateBps: 10_001 }, "rateBps"],
    [{ taxClass: "Drop Table" }, "taxClass"], [{ validFrom: "2012-01-01T00:00:00.000Z", validTo: "2012-01-01T00:00:00.000Z" }, "validTo"],
  ])("InvalidRule: %j", async (wrong, field) => {
    expect(await call("taxRateUpsert", { ...VAT, taxClass: "other", ...wrong })).toMatchObject({ __typename: "InvalidRule", code: "INVALID_RULE", path: ["input", field], message: expect.stringContaining(`${field} must`) });
  });

  test("TaxRateNotFound, VersionConflict", async () => {
    for (const id of [encodeId("tax", SMALL_SHOP.ada), encodeId("szo", SMALL_SHOP.ada), "x"]) expect((await call("taxRateUpsert", { ...VAT, id })).__typename).toBe("TaxRateNotFound");
    expect(await call("taxRateUpsert", { ...VAT, id: vat.id, expectedVersion: 1 })).toMatchObject({ __typename: "VersionConflict", expected: 1 });
  });
});

describe("shippingZoneUpsert and shippingMethodUpsert", () => {
  let uk: { id: string };
  beforeAll(async () => {
    uk = (await call("shippingZoneUpsert", { name: "United Kingdom", places: [{ countryCode: "GB" }] })).zone;
    await call("shippingZoneUpsert", { name: "Highlands", places: [{ countryCode: "GB", region: "Highland" }] });
  });
  const method = (more: object = {}) => ({ zoneId: uk.id, name: "Standard", basis: "FLAT", bands: [{ price: "3.95" }], ...more });

  test("ShippingZoneUpsertSuccess, ShippingMethodUpsertSuccess: a region goes before its country, which goes before the rest of the world", async () => {
    const zones = new Map([["GB", uk.id], ["Highland", ""], ["World", ""]]);
    zones.set("World", (await call("shippingZoneUpsert", { name: "World", places: [{}] })).zone.id);
    const { data } = await slice.graph.as(root).run(`{ shippingZones { ${ZONE} } }`);
    expect(data["shippingZones"].map((zone: { name: string; places: unknown }) => [zone.name, zone.places])).toEqual([
      ["Highlands", [{ countryCode: "GB", region: "HIGHLAND" }]], ["United Kingdom", [{ countryCode: "GB", region: null }]], ["World", [{ countryCode: null, region: null }]],
    ]);
    const highlands = data["shippingZones"][0].id;
    await call("shippingMethodUpsert", method());
    await call("shippingMethodUpsert", method({ zoneId: highlands, name: "Ferry", bands: [{ price: "12" }] }));
    await call("shippingMethodUpsert", method({ zoneId: zones.get("World"), name: "Air", basis: "VALUE", bands: [{ upToValue: "20.00", price: "9.50" }, { price: "15.00" }], freeFrom: "100" }));
    const cartId = await cartShopper(slice.graph).cartWith({ 1: 1 }, {});
    const offered = async (address: object) => (await cartShopper(slice.graph).deliver(cartId, { address: { ...ADDRESS, ...address } })).cart.shippingOptions.map((one: { name: string; amount: { amount: string } }) => [one.name, one.amount.amount]);
    expect([await offered({}), await offered({ region: " highland " }), await offered({ countryCode: "FR", region: "Highland" })]).toEqual([[["Standard", "3.95"]], [["Ferry", "12.00"]], [["Air", "9.50"]]]);
  });

  test("a method is changed by its id and shown as it is", async () => {
    const { method: made } = await call("shippingMethodUpsert", method({ name: "Parcel", basis: "WEIGHT", bands: [{ upToGrams: 1_000, price: "2.50" }, { upToGrams: 5_000, price: "7.00" }], minDays: 1, maxDays: 3, description: " By van " }));
    const { zone, method: changed } = await call("shippingMethodUpsert", method({ id: made.id, expectedVersion: 1, name: "Parcel", bands: [{ price: "4.00" }], isActive: false, position: 5, freeFrom: "30.00" }));
    expect(changed).toEqual({ id: made.id, version: 2 });
    expect(zone.methods.find((one: { id: string }) => one.id === made.id)).toEqual({
      id: made.id, name: "Parcel", description: null, currency: "GBP", basis: "FLAT", bands: [{ upToGrams: null, upToValue: null, price: { amount: "4.00" } }], freeFrom: { amount: "30.00" },
      taxClass: "standard", minDays: null, maxDays: null, isActive: false, position: 5, version: 2,
    });
  });

  test("ShippingZonesOverlap: a place of another zone, or twice in one", async () => {
    expect(await call("shippingZoneUpsert", { name: "Ours too", places: [{ countryCode: "IE" }, { countryCode: "GB" }] })).toMatchObject({
      __typename: "ShippingZonesOverlap", path: ["input", "places", "1"], place: { countryCode: "GB", region: null }, existing: { name: "United Kingdom" },
    });
    expect(await call("shippingZoneUpsert", { name: "Twice", places: [{ countryCode: "IE", region: "cork" }, { countryCode: "IE", region: "CORK " }] })).toMatchObject({ __typename: "ShippingZonesOverlap", existing: null });
    expect((await call("shippingZoneUpsert", { id: uk.id, name: "United Kingdom", places: [{ countryCode: "GB" }, { countryCode: "IM" }] })).zone.places).toHaveLength(2);
  });

  test.each([
    [{ name: "" }, ["name"]], [{ name: "World" }, ["name"]], [{ places: [{ countryCode: "ZZ" }] }, ["places", "0", "countryCode"]], [{ places: [{ region: "Kent" }] }, ["places", "0", "region"]],
    [{ places: [{ countryCode: "IE", region: " " }] }, ["places", "0", "region"]], [{ places: Array.from({ length: 301 }, () => ({ countryCode: "IE" })) }, ["places"]],
  ])("InvalidRule of a zone: %o", async (wrong, path) => {
    expect(await call("shippingZoneUpsert", { name: "New", places: [], ...wrong })).toMatchObject({ __typename: "InvalidRule", path: ["input", ...path] });
  });

  test.each([
    [{ name: "Standard" }, ["name"]], [{ bands: [] }, ["bands"]], [{ bands: [{ price: "1" }, { price: "2" }] }, ["bands"]], [{ basis: "WEIGHT", bands: [{ price: "1" }, { upToGrams: 5, price: "2" }] }, ["bands", "0"]],
    [{ basis: "WEIGHT", bands: [{ upToGrams: 5, price: "1" }, { upToGrams: 5, price: "2" }] }, ["bands", "1"]], [{ bands: [{ price: "-1" }] }, ["bands", "0", "price"]], [{ currency: "JPY", bands: [{ price: "1" }] }, ["currency"]],
    [{ minDays: 5, maxDays: 4 }, ["maxDays"]], [{ minDays: 366 }, ["minDays"]], [{ freeFrom: "-0.01" }, ["freeFrom"]], [{ position: -1 }, ["position"]], [{ taxClass: "X" }, ["taxClass"]], [{ description: "x".repeat(501) }, ["description"]],
  ])("InvalidRule of a method: %o", async (wrong, path) => {
    expect(await call("shippingMethodUpsert", method({ name: "Wrong", ...wrong }))).toMatchObject({ __typename: "InvalidRule", path: ["input", ...path] });
  });

  test("amounts that are none are refused with their place", async () => {
    for (const wrong of [{ bands: [{ price: "1.005" }] }, { bands: [{ upToGrams: 3, price: "1" }] }, { freeFrom: "1.001" }]) {
      expect((await run("shippingMethodUpsert", method({ name: "Wrong", ...wrong }))).errors?.[0]?.extensions, JSON.stringify(wrong)).toMatchObject({ code: "BAD_USER_INPUT" });
    }
  });

  test("ShippingZoneNotFound, ShippingMethodNotFound, VersionConflict", async () => {
    const nowhere = encodeId("szo", SMALL_SHOP.ada);
    expect(await call("shippingZoneUpsert", { id: nowhere, name: "New", places: [] })).toMatchObject({ __typename: "ShippingZoneNotFound", path: ["input", "id"] });
    expect(await call("shippingMethodUpsert", method({ zoneId: nowhere }))).toMatchObject({ __typename: "ShippingZoneNotFound", path: ["input", "zoneId"] });
    expect((await call("shippingMethodUpsert", method({ id: encodeId("smt", SMALL_SHOP.ada) }))).__typename).toBe("ShippingMethodNotFound");
    expect(await call("shippingZoneUpsert", { id: uk.id, name: "UK", places: [], expectedVersion: 99 })).toMatchObject({ __typename: "VersionConflict", expected: 99 });
  });
});

describe("shopSettingsUpdate", () => {
  test("ShopSettingsUpdateSuccess: what is not given stays", async () => {
    expect((await call("shopSettingsUpdate", { cartLifetimeDays: 14, expectedVersion: 1 })).settings).toEqual({ deliveryRequired: false, cartLifetimeDays: 14, defaultWeightGrams: 0, version: 2 });
    expect((await call("shopSettingsUpdate", { deliveryRequired: true, defaultWeightGrams: 250 })).settings).toEqual({ deliveryRequired: true, cartLifetimeDays: 14, defaultWeightGrams: 250, version: 3 });
    expect((await slice.graph.as(root).run("{ shopSettings { cartLifetimeDays } }")).data).toEqual({ shopSettings: { cartLifetimeDays: 14 } });
  });

  test("InvalidRule, VersionConflict", async () => {
    for (const [field, value] of [["cartLifetimeDays", 0], ["cartLifetimeDays", 3_651], ["defaultWeightGrams", -1]] as const) expect(await call("shopSettingsUpdate", { [field]: value })).toMatchObject({ __typename: "InvalidRule", path: ["input", field] });
    expect((await call("shopSettingsUpdate", { expectedVersion: 1 })).__typename).toBe("VersionConflict");
  });
});

test("only ADMIN changes the tables, SUPPORT may look, others neither", async () => {
  const support = slice.graph.as(person(SMALL_SHOP.sam, "SUPPORT"));
  const LOOKS = ["{ taxRates { id } }", "{ shippingZones { id } }", "{ shopSettings { version } }"];
  for (const look of LOOKS) expect((await support.run(look)).errors).toBeUndefined();
  for (const who of [support, slice.graph.as(person(SMALL_SHOP.vera, "VENDOR")), slice.graph.as(person(SMALL_SHOP.ada))]) {
    for (const [verb, input] of Object.entries({ taxRateUpsert: VAT, shippingZoneUpsert: { name: "x", places: [] }, shippingMethodUpsert: { zoneId: "x", name: "x", basis: "FLAT", bands: [] }, shopSettingsUpdate: {} })) {
      expect((await who.run(MUTATIONS[verb as keyof typeof MUTATIONS], { input })).errors?.[0]?.extensions).toMatchObject({ code: "FORBIDDEN" });
    }
  }
  for (const who of [slice.graph, slice.graph.as(person(SMALL_SHOP.vera, "VENDOR")), slice.graph.as(person(SMALL_SHOP.ada))]) {
    for (const look of LOOKS) expect((await who.run(look)).errors?.[0]?.extensions?.["code"]).toMatch(/^(FORBIDDEN|UNAUTHENTICATED)$/);
  }
});
