import { exportJWK, generateKeyPair } from "jose";
import { beforeEach, describe, expect, test } from "vitest";
import { ACCESS_TOKEN } from "#kit/claims.ts";
import { person } from "#kit/testing/graphOf.ts";
import { useSlice } from "#kit/testing/sliceTest.ts";
import { SMALL_SHOP } from "#kit/testing/smallShop.ts";
import { NOW } from "#kit/testing/testClocks.ts";
import { encodeId } from "#schema/values/ids.ts";
import { createUsersSubgraph } from "../subgraph.ts";

const keys = await generateKeyPair(ACCESS_TOKEN.algorithm, { extractable: true });
const tokenKey = { privateJwk: await exportJWK(keys.privateKey) };
const slice = useSlice("martgraph_users", (deps) => createUsersSubgraph({ ...deps, tokenKey, dataKey: "0".repeat(43) }));

const FIELDS = "id name line1 line2 city region postalCode countryCode phone isDefaultShipping isDefaultBilling createdAt version";
const UPSERT = `mutation ($input: AddressUpsertInput!) { result: addressUpsert(input: $input) { __typename ... on AddressUpsertSuccess { address { ${FIELDS} } }
  ... on UserError { code message path } ... on VersionConflict { expected actual } } }`;
const DELETE = `mutation ($input: AddressDeleteInput!) { result: addressDelete(input: $input) { __typename ... on AddressDeleteSuccess { deletedId } ... on UserError { code path } ... on VersionConflict { expected actual } } }`;
const DEFAULT = `mutation ($input: AddressSetDefaultInput!) { result: addressSetDefault(input: $input) { __typename ... on AddressSetDefaultSuccess { address { ${FIELDS} } } ... on UserError { code path } } }`;
const BOOK = `query ($first: Int, $after: String) { me { addresses(first: $first, after: $after) { nodes { id line1 } edges { cursor } pageInfo { hasNextPage endCursor } }
  defaultShippingAddress { id } defaultBillingAddress { id } } }`;
const HOME = { name: "Ada Lovelace", line1: "12 St James's Square", city: "London", postalCode: "SW1Y 4JH", countryCode: "GB" };

const ada = person(SMALL_SHOP.ada);
const bob = person(SMALL_SHOP.bob);
const run = async (document: string, input: object, viewer = ada) => {
  const { data, errors } = await slice.graph.as(viewer).run(document, { input });
  return errors ? { errors } : data["result"];
};
const upsert = (input: object, viewer = ada) => run(UPSERT, input, viewer);
const book = async (viewer = ada, args: object = {}) => (await slice.graph.as(viewer).run(BOOK, { first: 20, ...args })).data["me"];

beforeEach(() => slice.owner.raw("delete from users.addresses"));

/** Ids that name nothing of one's own: another's, of another kind, no id at all. */
const NOT_MINE = async () => {
  const others = (await upsert(HOME, bob)).address.id as string;
  return [others, encodeId("adr", SMALL_SHOP.ada), encodeId("usr", SMALL_SHOP.ada), "adr_\u0000", "x'; --", ""];
};

describe("addressUpsert", () => {
  test("AddressUpsertSuccess: the first is the default for everything, the next for nothing unless told", async () => {
    const first = (await upsert({ ...HOME, line2: "  ", phone: " +44 20 7930 1234 " })).address;
    expect(first).toEqual({ ...HOME, id: expect.stringMatching(/^adr_/), line2: null, region: null, phone: "+44 20 7930 1234", isDefaultShipping: true, isDefaultBilling: true, createdAt: NOW.business.toISOString(), version: 1 });
    const second = (await upsert({ ...HOME, line1: "1 Work Street" })).address;
    expect(second).toMatchObject({ isDefaultShipping: false, isDefaultBilling: false });
    const third = (await upsert({ ...HOME, line1: "2 Other Street", isDefaultShipping: true })).address;
    expect(await book()).toMatchObject({ addresses: { nodes: [{ id: third.id }, { id: second.id }, { id: first.id }] }, defaultShippingAddress: { id: third.id }, defaultBillingAddress: { id: first.id } });
  });

  test("AddressUpsertSuccess: a change sets the whole address; what is not given is empty, the defaults stay", async () => {
    const { id } = (await upsert({ ...HOME, line2: "Flat 1" })).address;
    expect((await upsert({ ...HOME, id, line1: "13 St James's Square", expectedVersion: 1 })).address).toMatchObject({ id, line1: "13 St James's Square", line2: null, isDefaultShipping: true, version: 2 });
    expect((await upsert({ ...HOME, id, isDefaultShipping: false })).address).toMatchObject({ isDefaultShipping: false, isDefaultBilling: true, version: 3 });
  });

  test("AddressNotFound: of somebody else, of another kind, of nothing; and nothing changes", async () => {
    for (const id of await NOT_MINE()) expect(await upsert({ ...HOME, id, line1: "Mine now" })).toMatchObject({ __typename: "AddressNotFound", code: "ADDRESS_NOT_FOUND", path: ["input", "id"] });
    expect((await book(bob)).addresses.nodes).toEqual([{ id: expect.any(String), line1: HOME.line1 }]);
  });

  test("VersionConflict: somebody changed it in between", async () => {
    const { id } = (await upsert(HOME)).address;
    await upsert({ ...HOME, id, line2: "Flat 2" });
    expect(await upsert({ ...HOME, id, expectedVersion: 1 })).toMatchObject({ __typename: "VersionConflict", expected: 1, actual: 2, path: ["input", "expectedVersion"] });
  });

  test("TooManyAddresses: fifty, and not one more, also at once", async () => {
    await slice.owner.raw("insert into users.addresses (user_id, line1, created_at) select $1, 'x', now() from generate_series(1, 48)", [SMALL_SHOP.ada]);
    const answers = await Promise.all(Array.from({ length: 6 }, (_, index) => upsert({ ...HOME, line1: `Street ${index}` })));
    expect(answers.filter((answer) => answer.__typename === "AddressUpsertSuccess")).toHaveLength(2);
    expect(answers.find((answer) => answer.__typename !== "AddressUpsertSuccess")).toMatchObject({ __typename: "TooManyAddresses", code: "TOO_MANY_ADDRESSES" });
    const { rows } = await slice.owner.raw("select count(*)::int as n from users.addresses where user_id = $1", [SMALL_SHOP.ada]);
    expect(rows).toEqual([{ n: 50 }]);
  });

  test.each([
    ["name", ""], ["line1", "   "], ["city", "x".repeat(101)], ["postalCode", "1".repeat(21)], ["line2", "Flat 1\u0000"], ["name", "Ada\u202Eevil"], ["region", "Kent\nBcc: all"],
    ["name", "half \ud83d"], ["phone", "call me"], ["countryCode", "ZZ"],
  ])("InvalidValue: %s %j", async (field, value) => {
    expect(await upsert({ ...HOME, [field]: value })).toMatchObject({ __typename: "InvalidValue", code: "INVALID_VALUE", path: ["input", field] });
    expect((await book()).addresses.nodes).toEqual([]);
  });

  test("defaults that two set at once are one default", async () => {
    await Promise.all(Array.from({ length: 5 }, (_, index) => upsert({ ...HOME, line1: `Street ${index}`, isDefaultShipping: true, isDefaultBilling: true })));
    const { rows } = await slice.owner.raw("select count(*) filter (where is_default)::int as shipping, count(*) filter (where is_default_billing)::int as billing from users.addresses where user_id = $1", [SMALL_SHOP.ada]);
    expect(rows).toEqual([{ shipping: 1, billing: 1 }]);
  });
});

describe("addressDelete", () => {
  test("AddressDeleteSuccess: it is gone, and nothing else becomes the default", async () => {
    const { id } = (await upsert(HOME)).address;
    await upsert({ ...HOME, line1: "1 Work Street" });
    expect(await run(DELETE, { id, expectedVersion: 1 })).toEqual({ __typename: "AddressDeleteSuccess", deletedId: id });
    expect(await book()).toMatchObject({ addresses: { nodes: [{ line1: "1 Work Street" }] }, defaultShippingAddress: null, defaultBillingAddress: null });
  });
  test("AddressNotFound: not one's own", async () => {
    for (const id of await NOT_MINE()) expect(await run(DELETE, { id })).toMatchObject({ __typename: "AddressNotFound", path: ["input", "id"] });
    expect((await book(bob)).addresses.nodes).toHaveLength(1);
  });
  test("VersionConflict: it is not what was read", async () => {
    const { id } = (await upsert(HOME)).address;
    expect(await run(DELETE, { id, expectedVersion: 7 })).toMatchObject({ __typename: "VersionConflict", expected: 7, actual: 1 });
  });
});

describe("addressSetDefault", () => {
  test("AddressSetDefaultSuccess: one use passes over, the other stays; again changes nothing", async () => {
    const first = (await upsert(HOME)).address;
    const second = (await upsert({ ...HOME, line1: "1 Work Street" })).address;
    expect((await run(DEFAULT, { id: second.id, use: "BILLING" })).address).toMatchObject({ isDefaultShipping: false, isDefaultBilling: true, version: 2 });
    expect((await run(DEFAULT, { id: second.id, use: "BILLING" })).address).toMatchObject({ version: 2 });
    expect(await book()).toMatchObject({ defaultShippingAddress: { id: first.id }, defaultBillingAddress: { id: second.id } });
  });
  test("AddressNotFound: not one's own", async () => {
    for (const id of await NOT_MINE()) expect(await run(DEFAULT, { id, use: "SHIPPING" })).toMatchObject({ __typename: "AddressNotFound", path: ["input", "id"] });
  });
});

describe("who sees addresses", () => {
  const OTHER = "query ($id: ID!) { user(id: $id) { id addresses { nodes { line1 } } defaultShippingAddress { line1 } } }";
  test("the person and who may see personal data; an analyst sees the person without", async () => {
    await upsert(HOME);
    const id = encodeId("usr", SMALL_SHOP.ada);
    expect((await slice.graph.as(person(SMALL_SHOP.sam, "SUPPORT")).run(OTHER, { id })).data["user"].addresses.nodes).toEqual([{ line1: HOME.line1 }]);
    const blind = await slice.graph.as(person(SMALL_SHOP.sam, "ANALYST")).run(OTHER, { id });
    expect(blind.data["user"]).toEqual({ id, addresses: null, defaultShippingAddress: null });
    expect(blind.errors?.map((error) => error.extensions?.["code"])).toEqual(["FORBIDDEN", "FORBIDDEN"]);
    expect((await slice.graph.as(bob).run(OTHER, { id })).data["user"]).toBeNull();
  });
  test("pages, and a cursor of another list is refused", async () => {
    for (let n = 0; n < 5; n += 1) await upsert({ ...HOME, line1: `Street ${n}` });
    const one = await book(ada, { first: 2 });
    expect(one.addresses.nodes.map((node: { line1: string }) => node.line1)).toEqual(["Street 4", "Street 3"]);
    const two = await book(ada, { first: 3, after: one.addresses.pageInfo.endCursor });
    expect(two.addresses).toMatchObject({ nodes: [{ line1: "Street 2" }, { line1: "Street 1" }, { line1: "Street 0" }], pageInfo: { hasNextPage: false } });
    const { errors } = await slice.graph.as(ada).run(BOOK, { first: 2, after: Buffer.from('["consentHistory","x"]').toString("base64url") });
    expect(errors?.[0]?.extensions).toMatchObject({ code: "BAD_USER_INPUT" });
  });
  test("a guest may not write, and neither may somebody whose account is gone", async () => {
    expect((await slice.graph.run(UPSERT, { input: HOME })).errors?.[0]?.extensions).toMatchObject({ code: "UNAUTHENTICATED" });
    expect((await upsert(HOME, person("01900001-0000-7000-8000-00000000ffff"))).errors[0].extensions).toMatchObject({ code: "UNAUTHENTICATED" });
  });
});
