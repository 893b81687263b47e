import { exportJWK, generateKeyPair } from "jose";
import { describe, expect, test } from "vitest";
import { ACCESS_TOKEN } from "#kit/claims.ts";
import { person } from "#kit/testing/graphOf.ts";
import { useSlice } from "#kit/testing/sliceTest.ts";
import { SMALL_SHOP } from "#kit/testing/smallShop.ts";
import { NOW } from "#kit/testing/testClocks.ts";
import type { Viewer } from "#kit/viewer.ts";
import { encodeId } from "#schema/values/ids.ts";
import { createUsersSubgraph } from "../subgraph.ts";

const keys = await generateKeyPair(ACCESS_TOKEN.algorithm, { extractable: true });
const tokenKey = { privateJwk: await exportJWK(keys.privateKey) };
const slice = useSlice("martgraph_users", (deps) => createUsersSubgraph({ ...deps, tokenKey, dataKey: "0".repeat(43) }));

const lately = { authenticatedAt: NOW.wall.getTime() / 1000 - 10 };
const root: Viewer = { ...person(SMALL_SHOP.root, "ADMIN"), ...lately };
const vera: Viewer = { ...person(SMALL_SHOP.vera, "VENDOR"), vendorIds: [SMALL_SHOP.vendor], ...lately };
const ada: Viewer = { ...person(SMALL_SHOP.ada), ...lately };
const usr = (name: "ada" | "bob" | "vera" | "sam" | "root") => encodeId("usr", SMALL_SHOP[name]);
const VENDOR = encodeId("ven", SMALL_SHOP.vendor);
const NOBODY = "01900001-0000-7000-8000-0000000000ff";

const ERROR = "... on UserError { code message path }";
const UPSERT = `mutation ($input: VendorInput!) { answer: vendorUpsert(input: $input) { __typename ... on VendorUpsertSuccess { vendor { id name slug commissionBps version } } ... on VersionConflict { expected actual } ${ERROR} } }`;
const ADD = `mutation ($input: VendorMemberAddInput!) { answer: vendorMemberAdd(input: $input) { __typename ... on VendorMemberAddSuccess { vendor { id members { userId role } } } ... on StepUpRequired { maxAgeSeconds } ${ERROR} } }`;
const REMOVE = `mutation ($input: VendorMemberRemoveInput!) { answer: vendorMemberRemove(input: $input) { __typename ... on VendorMemberRemoveSuccess { vendor { id members { userId role } } } ... on StepUpRequired { maxAgeSeconds } ${ERROR} } }`;
const as = async (viewer: Viewer, source: string, variables: Record<string, unknown> = {}) => {
  const { data, errors } = await slice.graph.as(viewer).run(source, variables);
  return (data["answer"] as Record<string, unknown> | null | undefined) ?? errors?.map((error) => error.extensions?.["code"]);
};
const rightsOf = async (id: string) => (await slice.owner.raw<{ roles: string[]; void: Date | null }>("select roles, tokens_void_before as void from users.users where id = $1", [id])).rows[0];

describe("vendors", () => {
  test("are listed by name, page by page, and found by id and by slug, for anybody", async () => {
    await as(root, UPSERT, { input: { name: "Alpha Lamps" } });
    const list = "query ($after: String) { vendors(first: 1, after: $after) { nodes { name slug } edges { cursor } pageInfo { hasNextPage endCursor } } }";
    const first = (await slice.graph.run(list)).data["vendors"];
    expect(first).toMatchObject({ nodes: [{ name: "Alpha Lamps", slug: "alpha-lamps" }], pageInfo: { hasNextPage: true } });
    expect((await slice.graph.run(list, { after: first.pageInfo.endCursor })).data["vendors"]).toMatchObject({ nodes: [{ slug: "lantern-house" }], pageInfo: { hasNextPage: false } });
    const one = "query ($id: ID, $slug: String) { vendor(id: $id, slug: $slug) { id slug } }";
    const find = async (variables: object) => (await slice.graph.run(one, { ...variables })).data["vendor"];
    expect(await find({ id: VENDOR })).toEqual({ id: VENDOR, slug: "lantern-house" });
    expect(await find({ slug: "lantern-house" })).toEqual({ id: VENDOR, slug: "lantern-house" });
    expect(await find({ id: VENDOR, slug: "lantern-house" })).toEqual({ id: VENDOR, slug: "lantern-house" });
    for (const none of [{}, { id: usr("ada") }, { id: encodeId("ven", NOBODY) }, { slug: "nobody" }, { slug: "a\u0000" }, { slug: "\ud800" }, { slug: "'; drop table users.users; --" }, { id: VENDOR, slug: "alpha-lamps" }, { id: "x", slug: "lantern-house" }]) expect(await find(none)).toBeNull();
  });

  test("show their people and their terms to those people and to the shop, to nobody else", async () => {
    const source = "query ($id: ID) { vendor(id: $id) { commissionBps members { userId displayName role } } }";
    const shown = { commissionBps: 1000, members: [{ userId: usr("vera"), displayName: "vera", role: "OWNER" }] };
    for (const viewer of [vera, root, person(SMALL_SHOP.sam, "SUPPORT")]) expect((await slice.graph.as(viewer).run(source, { id: VENDOR })).data["vendor"]).toEqual(shown);
    for (const viewer of [ada, { ...vera, vendorIds: [NOBODY] }, person(SMALL_SHOP.bob, "ANALYST")]) expect((await slice.graph.as(viewer).run(source, { id: VENDOR })).data["vendor"]).toEqual({ commissionBps: null, members: null });
  });
});

describe("vendorUpsert", () => {
  test("VendorUpsertSuccess: opens a vendor and changes it; what is not given stays", async () => {
    const made = (await as(root, UPSERT, { input: { name: "Émile & Söhne" } })) as { vendor: { id: string } };
    expect(made).toMatchObject({ vendor: { name: "Émile & Söhne", slug: "emile-sohne", commissionBps: 1000, version: 1 } });
    expect(await as(root, UPSERT, { input: { id: made.vendor.id, name: "Emile", commissionBps: 500, expectedVersion: 1 } })).toMatchObject({ vendor: { name: "Emile", slug: "emile-sohne", commissionBps: 500, version: 2 } });
  });

  test("VendorSlugTaken: by another vendor, also for two at once", async () => {
    expect(await as(root, UPSERT, { input: { name: "Other", slug: "lantern-house" } })).toMatchObject({ __typename: "VendorSlugTaken", path: ["input", "slug"] });
    const other = (await as(root, UPSERT, { input: { name: "Another" } })) as { vendor: { id: string } };
    expect(await as(root, UPSERT, { input: { id: other.vendor.id, name: "Another", slug: "lantern-house" } })).toMatchObject({ __typename: "VendorSlugTaken" });
    const both = (await Promise.all([1, 2].map(() => as(root, UPSERT, { input: { name: "Twin" } })))) as { __typename: string }[];
    expect(both.map((answer) => answer.__typename).sort()).toEqual(["VendorSlugTaken", "VendorUpsertSuccess"]);
  });

  test.each([
    [{ name: " " }, "name"], [{ name: "x".repeat(121) }, "name"], [{ name: "a\u0000" }, "name"], [{ name: "a\ud800" }, "name"], [{ name: "???" }, "slug"], [{ slug: "Upper" }, "slug"], [{ slug: "../etc" }, "slug"],
    [{ slug: "a--b" }, "slug"], [{ slug: "" }, "slug"], [{ commissionBps: 10_001 }, "commissionBps"], [{ commissionBps: -1 }, "commissionBps"],
  ])("InvalidValue: %j", async (wrong, field) => {
    expect(await as(root, UPSERT, { input: { name: "Fine", ...wrong } })).toMatchObject({ __typename: "InvalidValue", path: ["input", field] });
  });

  test("VendorNotFound, VersionConflict: an unknown id, one of another kind, and a version that has passed", async () => {
    for (const id of [encodeId("ven", NOBODY), usr("ada"), ""]) expect(await as(root, UPSERT, { input: { id, name: "X" } })).toMatchObject({ __typename: "VendorNotFound", path: ["input", "id"] });
    expect(await as(root, UPSERT, { input: { id: VENDOR, name: "Lantern House", expectedVersion: 9 } })).toMatchObject({ __typename: "VersionConflict", expected: 9, actual: 1 });
  });

  test("is for who holds vendors.write: not even for the vendor's own people", async () => {
    for (const viewer of [vera, ada]) expect(await as(viewer, UPSERT, { input: { id: VENDOR, name: "Mine", commissionBps: 0 } })).toEqual(["FORBIDDEN"]);
  });
});

describe("vendorMemberAdd, vendorMemberRemove", () => {
  test("VendorMemberAddSuccess, VendorMemberRemoveSuccess: an owner lets somebody in and out; the role follows, and the tokens of who is let out are void", async () => {
    expect(await as(vera, ADD, { input: { vendorId: VENDOR, userId: usr("ada") } })).toEqual({ __typename: "VendorMemberAddSuccess", vendor: { id: VENDOR, members: [{ userId: usr("vera"), role: "OWNER" }, { userId: usr("ada"), role: "MEMBER" }] } });
    expect(await rightsOf(SMALL_SHOP.ada)).toEqual({ roles: ["CUSTOMER", "VENDOR"], void: null });
    await slice.owner.raw("update users.users set tokens_void_before = null");
    expect(await as(vera, REMOVE, { input: { vendorId: VENDOR, userId: usr("ada") } })).toMatchObject({ __typename: "VendorMemberRemoveSuccess", vendor: { members: [{ userId: usr("vera") }] } });
    expect(await rightsOf(SMALL_SHOP.ada)).toEqual({ roles: ["CUSTOMER"], void: expect.any(Date) as Date });
    const { rows } = await slice.owner.raw("select actor_id, action, target_id, details from platform.audit_log where action like 'vendorMember%' order by id desc limit 2");
    expect(rows).toEqual([
      { actor_id: SMALL_SHOP.vera, action: "vendorMemberRemove", target_id: SMALL_SHOP.vendor, details: { userId: SMALL_SHOP.ada, role: "MEMBER" } },
      { actor_id: SMALL_SHOP.vera, action: "vendorMemberAdd", target_id: SMALL_SHOP.vendor, details: { userId: SMALL_SHOP.ada, role: "MEMBER", before: null } },
    ]);
  });

  test("VendorNotFound: for who is no owner, whatever their token says, and for what is no vendor", async () => {
    await as(root, ADD, { input: { vendorId: VENDOR, userId: usr("bob") } });
    const bob: Viewer = { ...person(SMALL_SHOP.bob, "VENDOR"), vendorIds: [SMALL_SHOP.vendor], ...lately };
    for (const viewer of [bob, { ...ada, vendorIds: [SMALL_SHOP.vendor] }, { ...person(SMALL_SHOP.sam, "SUPPORT"), ...lately }]) {
      expect(await as(viewer, ADD, { input: { vendorId: VENDOR, userId: usr("ada"), role: "OWNER" } })).toMatchObject({ __typename: "VendorNotFound", path: ["input", "vendorId"] });
      expect(await as(viewer, REMOVE, { input: { vendorId: VENDOR, userId: usr("vera") } })).toMatchObject({ __typename: "VendorNotFound" });
    }
    for (const vendorId of [encodeId("ven", NOBODY), usr("ada"), "\u0000"]) expect(await as(root, ADD, { input: { vendorId, userId: usr("ada") } })).toMatchObject({ __typename: "VendorNotFound" });
    await as(root, REMOVE, { input: { vendorId: VENDOR, userId: usr("bob") } });
  });

  test("UserNotFound, VendorMemberNotFound: unknown people, ids of other kinds, and who is not in it", async () => {
    for (const userId of [encodeId("usr", NOBODY), VENDOR, ""]) {
      expect(await as(vera, ADD, { input: { vendorId: VENDOR, userId } })).toMatchObject({ __typename: "UserNotFound", path: ["input", "userId"] });
      expect(await as(vera, REMOVE, { input: { vendorId: VENDOR, userId } })).toMatchObject({ __typename: "VendorMemberNotFound", path: ["input", "userId"] });
    }
    expect(await as(vera, REMOVE, { input: { vendorId: VENDOR, userId: usr("bob") } })).toMatchObject({ __typename: "VendorMemberNotFound" });
  });

  test("LastVendorOwner: an owner cannot leave the vendor without one; the shop may", async () => {
    for (const source of [REMOVE, ADD]) expect(await as(vera, source, { input: { vendorId: VENDOR, userId: usr("vera") } })).toMatchObject({ __typename: "LastVendorOwner", path: ["input", "userId"] });
    expect(await as(root, REMOVE, { input: { vendorId: VENDOR, userId: usr("vera") } })).toMatchObject({ vendor: { members: [] } });
    expect(await rightsOf(SMALL_SHOP.vera)).toMatchObject({ roles: ["CUSTOMER"] });
    expect(await as(vera, ADD, { input: { vendorId: VENDOR, userId: usr("vera"), role: "OWNER" } })).toMatchObject({ __typename: "VendorNotFound" });
    expect(await as(root, ADD, { input: { vendorId: VENDOR, userId: usr("vera"), role: "OWNER" } })).toMatchObject({ __typename: "VendorMemberAddSuccess" });
  });

  test("TooManyVendorMembers: a hundred at most", async () => {
    await slice.owner.raw(
      `with people as (insert into users.users (email, created_at) select 'crowd' || n || '@example.test', now() from generate_series(1, 99) n returning id)
       insert into users.vendor_members (vendor_id, user_id, role) select $1, id, 'MEMBER' from people`, [SMALL_SHOP.vendor]);
    expect(await as(vera, ADD, { input: { vendorId: VENDOR, userId: usr("bob") } })).toMatchObject({ __typename: "TooManyVendorMembers" });
    await slice.owner.raw("delete from users.vendor_members where role = 'MEMBER'");
  });

  test("StepUpRequired: letting somebody in or out asks for a fresh proof", async () => {
    const old = { ...vera, authenticatedAt: NOW.wall.getTime() / 1000 - 301 };
    for (const source of [ADD, REMOVE]) expect(await as(old, source, { input: { vendorId: VENDOR, userId: usr("ada") } })).toMatchObject({ __typename: "StepUpRequired", maxAgeSeconds: 300 });
  });
});
