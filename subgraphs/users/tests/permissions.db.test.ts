import { exportJWK, generateKeyPair } from "jose";
import { beforeEach, describe, expect, test } from "vitest";
import { ACCESS_TOKEN } from "#kit/claims.ts";
import { person } from "#kit/testing/graphOf.ts";
import { useSlice } from "#kit/testing/sliceTest.ts";
import { SMALL_SHOP } from "#kit/testing/smallShop.ts";
import { NOW } from "#kit/testing/testClocks.ts";
import type { Viewer } from "#kit/viewer.ts";
import { PERMISSIONS, ROLES } from "#schema/permissions.ts";
import { encodeId } from "#schema/values/ids.ts";
import { createUsersSubgraph } from "../subgraph.ts";

const keys = await generateKeyPair(ACCESS_TOKEN.algorithm, { extractable: true });
const tokenKey = { privateJwk: await exportJWK(keys.privateKey) };
const slice = useSlice("martgraph_users", (deps) => createUsersSubgraph({ ...deps, tokenKey, dataKey: "0".repeat(43) }));

const lately = { authenticatedAt: NOW.wall.getTime() / 1000 - 10 };
const root: Viewer = { ...person(SMALL_SHOP.root, "ADMIN"), ...lately };
/** Holds `users.write` and little else: by a group, as a keeper of accounts may. */
const keeper: Viewer = { ...person(SMALL_SHOP.sam, "SUPPORT"), ...lately, permissions: ["users.write"] };
const usr = (name: "ada" | "bob" | "vera" | "sam" | "root") => encodeId("usr", SMALL_SHOP[name]);
const NOBODY = encodeId("usr", "01900001-0000-7000-8000-0000000000ff");

const ERROR = "... on UserError { code message path } ... on PermissionNotHeld { permissions } ... on StepUpRequired { maxAgeSeconds }";
const UPSERT = `mutation ($input: PermissionGroupInput!) { answer: permissionGroupUpsert(input: $input) { __typename ... on PermissionGroupUpsertSuccess { group { id name description version permissions { name } } } ... on VersionConflict { expected actual } ${ERROR} } }`;
const DELETE = `mutation ($id: ID!) { answer: permissionGroupDelete(groupId: $id) { __typename ... on PermissionGroupDeleteSuccess { groupId memberCount } ${ERROR} } }`;
const ASSIGN = `mutation ($input: PermissionGroupMemberInput!) { answer: permissionGroupAssign(input: $input) { __typename ... on PermissionGroupAssignSuccess { group { id } user { id permissions } } ${ERROR} } }`;
const REMOVE = `mutation ($input: PermissionGroupMemberInput!) { answer: permissionGroupRemove(input: $input) { __typename ... on PermissionGroupRemoveSuccess { group { id } user { id permissions } } ${ERROR} } }`;
const ROLES_SET = `mutation ($input: UserRolesSetInput!) { answer: userRolesSet(input: $input) { __typename ... on UserRolesSetSuccess { user { id roles } } ${ERROR} } }`;

const as = async (viewer: Viewer, source: string, variables: Record<string, unknown>) => {
  const { data, errors } = await slice.graph.as(viewer).run(source, variables);
  return (data["answer"] as Record<string, unknown> | null | undefined) ?? errors?.map((error) => error.extensions?.["code"]);
};
let groups = 0;
/** A new group; its id. */
async function group(permissions: string[], viewer = root): Promise<string> {
  groups += 1;
  const answer = (await as(viewer, UPSERT, { input: { name: `Group ${groups}`, permissions } })) as { group: { id: string } };
  return answer.group.id;
}
const auditOf = async (action: string) => (await slice.owner.raw("select actor_id, target_kind, target_id, details from platform.audit_log where action = $1 order by id desc limit 1", [action])).rows[0];
const voided = async (userId: string) => (await slice.owner.raw<{ at: Date | null }>("select tokens_void_before as at from users.users where id = $1", [userId])).rows[0]?.at;

beforeEach(async () => {
  await slice.owner.raw("update users.users set tokens_void_before = null");
});

describe("permissions", () => {
  test("and roles are the table, for anyone with an account", async () => {
    const source = "{ permissions { name description roles } roles { role permissions { name } } }";
    const { data } = await slice.graph.as(person(SMALL_SHOP.ada)).run(source);
    expect(data["permissions"]).toHaveLength(Object.keys(PERMISSIONS).length);
    expect(data["permissions"]).toContainEqual({ name: "refunds.create", description: PERMISSIONS["refunds.create"].description, roles: ["SUPPORT", "ADMIN"] });
    expect(data["roles"].map((one: { role: string }) => one.role)).toEqual(ROLES);
    expect(data["roles"][0]).toEqual({ role: "CUSTOMER", permissions: [] });
    expect((await slice.graph.run(source)).errors?.map((error) => error.extensions?.["code"])).toEqual(["UNAUTHENTICATED"]);
  });

  test("of a person are shown to that person and to who gives them", async () => {
    const id = await group(["audit.read"]);
    await as(root, ASSIGN, { input: { groupId: id, userId: usr("bob") } });
    const source = "query ($id: ID!) { user(id: $id) { permissions permissionGroups { id permissions { name } } } }";
    const expected = { permissions: ["audit.read"], permissionGroups: [{ id, permissions: [{ name: "audit.read" }] }] };
    expect((await slice.graph.as(person(SMALL_SHOP.bob)).run(source, { id: usr("bob") })).data["user"]).toEqual(expected);
    expect((await slice.graph.as(keeper).run(source, { id: usr("bob") })).data["user"]).toEqual(expected);
    expect((await slice.graph.as(person(SMALL_SHOP.sam, "SUPPORT")).run(source, { id: usr("bob") })).data["user"]).toEqual({ permissions: null, permissionGroups: null });
    expect((await slice.graph.as(person(SMALL_SHOP.ada)).run(source, { id: usr("bob") })).data["user"]).toBeNull();
    await as(root, DELETE, { id });
  });
});

describe("permissionGroupUpsert", () => {
  test("PermissionGroupUpsertSuccess: makes a group, changes it, and tells what was given and taken", async () => {
    const made = (await as(root, UPSERT, { input: { name: " Refunds desk ", description: "Gives money back.", permissions: ["refunds.create", "orders.read", "refunds.create"] } })) as { group: { id: string } };
    expect(made).toEqual({ __typename: "PermissionGroupUpsertSuccess", group: { id: expect.stringMatching(/^grp_/) as string, name: "Refunds desk", description: "Gives money back.", version: 1, permissions: [{ name: "orders.read" }, { name: "refunds.create" }] } });
    await as(root, ASSIGN, { input: { groupId: made.group.id, userId: usr("bob") } });
    await slice.owner.raw("update users.users set tokens_void_before = null");
    const changed = await as(root, UPSERT, { input: { id: made.group.id, name: "Refunds desk", permissions: ["refunds.create", "returns.read"], expectedVersion: 1 } });
    expect(changed).toMatchObject({ group: { id: made.group.id, version: 2, description: null, permissions: [{ name: "refunds.create" }, { name: "returns.read" }] } });
    expect(await auditOf("permissionGroupUpsert")).toMatchObject({ actor_id: SMALL_SHOP.root, target_kind: "permissionGroup", details: { given: ["returns.read"], taken: ["orders.read"] } });
    expect(await voided(SMALL_SHOP.bob)).toBeInstanceOf(Date);
    expect(await voided(SMALL_SHOP.ada)).toBeNull();
    await as(root, DELETE, { id: made.group.id });
  });

  test("PermissionGroupNotFound: an unknown id and one of another kind", async () => {
    for (const id of [encodeId("grp", "01900001-0000-7000-8000-0000000000ff"), usr("ada"), "", "grp_'; drop table users.users"]) {
      expect(await as(root, UPSERT, { input: { id, name: "X", permissions: ["orders.read"] } })).toMatchObject({ __typename: "PermissionGroupNotFound", path: ["input", "id"] });
    }
  });

  test("GroupNameTaken: whatever the case, also for two at once", async () => {
    const id = await group(["orders.read"]);
    expect(await as(root, UPSERT, { input: { name: `GROUP ${groups}`, permissions: ["orders.read"] } })).toMatchObject({ __typename: "GroupNameTaken", path: ["input", "name"] });
    const both = (await Promise.all(["twin", "TWIN"].map((name) => as(root, UPSERT, { input: { name, permissions: ["orders.read"] } })))) as { __typename: string }[];
    expect(both.map((answer) => answer.__typename).sort()).toEqual(["GroupNameTaken", "PermissionGroupUpsertSuccess"]);
    await as(root, DELETE, { id });
  });

  test("PermissionNotHeld: nobody gives what they do not hold, nor takes it from those who do", async () => {
    expect(await as(keeper, UPSERT, { input: { name: "Mine", permissions: ["refunds.create", "audit.read"] } })).toMatchObject({ __typename: "PermissionNotHeld", permissions: ["audit.read"], path: ["input", "permissions"] });
    const id = await group(["audit.read", "refunds.create"]);
    expect(await as(keeper, UPSERT, { input: { id, name: "Weaker", permissions: ["refunds.create"] } })).toMatchObject({ __typename: "PermissionNotHeld", permissions: ["audit.read"] });
    expect(await as(root, UPSERT, { input: { name: "Gate", permissions: ["payments.receive"] } })).toMatchObject({ __typename: "PermissionNotHeld", permissions: ["payments.receive"] });
    expect(await as(keeper, UPSERT, { input: { id, name: "Renamed", permissions: ["refunds.create", "audit.read"] } })).toMatchObject({ __typename: "PermissionGroupUpsertSuccess" });
    await as(root, DELETE, { id });
  });

  test.each([
    [{ name: "" }, ["input", "name"]], [{ name: "x".repeat(61) }, ["input", "name"]], [{ name: "a\u0000b" }, ["input", "name"]], [{ name: "a\ud800" }, ["input", "name"]],
    [{ description: "x".repeat(501) }, ["input", "description"]], [{ description: "\u0000" }, ["input", "description"]], [{ permissions: [] }, ["input", "permissions"]],
    [{ permissions: ["orders.read", "orders.everything"] }, ["input", "permissions", "1"]], [{ permissions: ["__proto__"] }, ["input", "permissions", "0"]], [{ permissions: ["constructor"] }, ["input", "permissions", "0"]],
  ])("InvalidValue: %j", async (wrong, path) => {
    expect(await as(root, UPSERT, { input: { name: "Fine", permissions: ["orders.read"], ...wrong } })).toMatchObject({ __typename: "InvalidValue", path });
  });

  test("VersionConflict: changed since it was read", async () => {
    const id = await group(["orders.read"]);
    expect(await as(root, UPSERT, { input: { id, name: "Late", permissions: ["orders.read"], expectedVersion: 7 } })).toMatchObject({ __typename: "VersionConflict", expected: 7, actual: 1 });
    await as(root, DELETE, { id });
  });

  test("TooManyGroups: as many as there may be", async () => {
    await slice.owner.raw("insert into users.permission_groups (name, permissions, created_at, updated_at) select 'filler ' || n, '{orders.read}', now(), now() from generate_series(1, 200) n");
    expect(await as(root, UPSERT, { input: { name: "One more", permissions: ["orders.read"] } })).toMatchObject({ __typename: "TooManyGroups" });
    await slice.owner.raw("delete from users.permission_groups where name like 'filler %'");
  });
});

test("StepUpRequired: every change of rights asks for a fresh proof", async () => {
  const id = await group(["orders.read"]);
  const old: Viewer = { ...root, authenticatedAt: NOW.wall.getTime() / 1000 - 301 };
  const calls: [string, Record<string, unknown>][] = [
    [UPSERT, { input: { name: "Old proof", permissions: ["orders.read"] } }], [DELETE, { id }], [ASSIGN, { input: { groupId: id, userId: usr("ada") } }],
    [REMOVE, { input: { groupId: id, userId: usr("ada") } }], [ROLES_SET, { input: { userId: usr("ada"), roles: ["ADMIN"] } }],
  ];
  for (const [source, variables] of calls) expect(await as(old, source, variables)).toMatchObject({ __typename: "StepUpRequired", maxAgeSeconds: 300 });
  await as(root, DELETE, { id });
});

describe("permissionGroupAssign, permissionGroupRemove", () => {
  test("PermissionGroupAssignSuccess, PermissionGroupRemoveSuccess: the person has the permissions, and has them no more", async () => {
    const id = await group(["quality.read"]);
    const input = { groupId: id, userId: usr("bob") };
    expect(await as(root, ASSIGN, { input })).toEqual({ __typename: "PermissionGroupAssignSuccess", group: { id }, user: { id: usr("bob"), permissions: ["quality.read"] } });
    expect(await auditOf("permissionGroupAssign")).toMatchObject({ target_kind: "user", target_id: SMALL_SHOP.bob, details: { permissions: ["quality.read"], isChanged: true } });
    expect(await voided(SMALL_SHOP.bob)).toBeInstanceOf(Date);
    await slice.owner.raw("update users.users set tokens_void_before = null");
    expect(await as(root, ASSIGN, { input })).toMatchObject({ __typename: "PermissionGroupAssignSuccess" });
    expect(await voided(SMALL_SHOP.bob)).toBeNull();
    expect(await as(root, REMOVE, { input })).toEqual({ __typename: "PermissionGroupRemoveSuccess", group: { id }, user: { id: usr("bob"), permissions: [] } });
    expect(await voided(SMALL_SHOP.bob)).toBeInstanceOf(Date);
    await as(root, DELETE, { id });
  });

  test("PermissionGroupNotFound, UserNotFound: unknown ids and ids of other kinds", async () => {
    const id = await group(["quality.read"]);
    for (const source of [ASSIGN, REMOVE]) {
      for (const groupId of [usr("ada"), "nonsense", encodeId("grp", SMALL_SHOP.ada)]) expect(await as(root, source, { input: { groupId, userId: usr("ada") } })).toMatchObject({ __typename: "PermissionGroupNotFound", path: ["input", "groupId"] });
      for (const userId of [id, NOBODY, "", "usr_\u0000"]) expect(await as(root, source, { input: { groupId: id, userId } })).toMatchObject({ __typename: "UserNotFound", path: ["input", "userId"] });
    }
    await as(root, DELETE, { id });
  });

  test("PermissionNotHeld: nobody puts themselves or another into a group of more than they hold", async () => {
    const id = await group(["audit.read"]);
    for (const userId of [usr("sam"), usr("bob")]) expect(await as(keeper, ASSIGN, { input: { groupId: id, userId } })).toMatchObject({ __typename: "PermissionNotHeld", permissions: ["audit.read"] });
    await as(root, ASSIGN, { input: { groupId: id, userId: usr("bob") } });
    expect(await as(keeper, REMOVE, { input: { groupId: id, userId: usr("bob") } })).toMatchObject({ __typename: "PermissionNotHeld" });
    await as(root, DELETE, { id });
  });

  test("members are listed by pages, for who gives rights", async () => {
    const id = await group(["quality.read"]);
    for (const name of ["vera", "ada", "bob"] as const) await as(root, ASSIGN, { input: { groupId: id, userId: usr(name) } });
    const source = "query ($after: String) { permissionGroups { id members(first: 2, after: $after) { nodes { id } edges { cursor } pageInfo { hasNextPage endCursor } } } }";
    const page = async (after?: string) => (await slice.graph.as(root).run(source, { after })).data["permissionGroups"].find((one: { id: string }) => one.id === id).members;
    const first = await page();
    expect(first.nodes).toEqual([{ id: usr("ada") }, { id: usr("bob") }]);
    expect((await page(first.pageInfo.endCursor)).nodes).toEqual([{ id: usr("vera") }]);
    await as(root, DELETE, { id });
  });
});

describe("permissionGroupDelete", () => {
  test("PermissionGroupDeleteSuccess: the group is gone and its members' tokens are void", async () => {
    const id = await group(["quality.read"]);
    await as(root, ASSIGN, { input: { groupId: id, userId: usr("bob") } });
    await slice.owner.raw("update users.users set tokens_void_before = null");
    expect(await as(root, DELETE, { id })).toEqual({ __typename: "PermissionGroupDeleteSuccess", groupId: id, memberCount: 1 });
    expect(await voided(SMALL_SHOP.bob)).toBeInstanceOf(Date);
    expect(await as(root, DELETE, { id })).toMatchObject({ __typename: "PermissionGroupNotFound", path: ["groupId"] });
  });

  test("PermissionNotHeld: a group of more than one holds stays", async () => {
    const id = await group(["audit.read"]);
    expect(await as(keeper, DELETE, { id })).toMatchObject({ __typename: "PermissionNotHeld" });
    await as(root, DELETE, { id });
  });
});

describe("userRolesSet", () => {
  const set = (viewer: Viewer, userId: string, roles: string[]) => as(viewer, ROLES_SET, { input: { userId, roles } });

  test("UserRolesSetSuccess: the roles are what was said, once each, and earlier tokens are void", async () => {
    expect(await set(root, usr("bob"), ["SUPPORT", "ANALYST", "SUPPORT"])).toEqual({ __typename: "UserRolesSetSuccess", user: { id: usr("bob"), roles: ["ANALYST", "SUPPORT"] } });
    expect(await auditOf("userRolesSet")).toMatchObject({ actor_id: SMALL_SHOP.root, target_id: SMALL_SHOP.bob, details: { before: ["CUSTOMER"], after: ["ANALYST", "SUPPORT"] } });
    expect(await voided(SMALL_SHOP.bob)).toBeInstanceOf(Date);
    expect(await set(root, usr("bob"), ["CUSTOMER"])).toMatchObject({ __typename: "UserRolesSetSuccess" });
  });

  test("UserRolesSetSuccess: ADMIN makes a VENDOR without being one", async () => {
    expect(await set(root, usr("ada"), ["CUSTOMER", "VENDOR"])).toMatchObject({ user: { roles: ["CUSTOMER", "VENDOR"] } });
    expect(await set(root, usr("ada"), ["CUSTOMER"])).toMatchObject({ user: { roles: ["CUSTOMER"] } });
  });

  test("PermissionNotHeld: nobody makes themselves, or another, more than they are, or those above them less", async () => {
    expect(await set(keeper, usr("sam"), ["ADMIN"])).toMatchObject({ __typename: "PermissionNotHeld", path: ["input", "roles"] });
    expect(await set(keeper, usr("bob"), ["ADMIN"])).toMatchObject({ __typename: "PermissionNotHeld" });
    expect(await set(keeper, usr("root"), ["CUSTOMER"])).toMatchObject({ __typename: "PermissionNotHeld" });
    expect(await set(keeper, usr("bob"), ["SUPPORT"])).toMatchObject({ __typename: "UserRolesSetSuccess" });
    expect(await set(keeper, usr("bob"), ["CUSTOMER"])).toMatchObject({ __typename: "UserRolesSetSuccess" });
  });

  test("LastAdmin: one remains, also where two take the role from each other at once", async () => {
    expect(await set(root, usr("root"), ["CUSTOMER"])).toMatchObject({ __typename: "LastAdmin", code: "LAST_ADMIN" });
    await slice.owner.raw("update users.users set roles = '{ADMIN}', status = 'DISABLED' where id = $1", [SMALL_SHOP.vera]);
    expect(await set(root, usr("root"), ["CUSTOMER"])).toMatchObject({ __typename: "LastAdmin" });
    await slice.owner.raw("update users.users set roles = '{VENDOR}', status = 'ACTIVE' where id = $1", [SMALL_SHOP.vera]);
    for (let round = 0; round < 5; round += 1) {
      await set(root, usr("bob"), ["ADMIN"]);
      const bob: Viewer = { ...person(SMALL_SHOP.bob, "ADMIN"), ...lately };
      const both = (await Promise.all([set(root, usr("bob"), ["CUSTOMER"]), set(bob, usr("root"), ["CUSTOMER"])])) as { __typename: string }[];
      expect(both.map((answer) => answer.__typename).sort()).toEqual(["LastAdmin", "UserRolesSetSuccess"]);
      await slice.owner.raw("update users.users set roles = case when id = $1 then '{ADMIN}'::text[] else '{CUSTOMER}'::text[] end where id = any($2)", [SMALL_SHOP.root, [SMALL_SHOP.root, SMALL_SHOP.bob]]);
    }
  });

  test("InvalidValue: no role at all, and SERVICE, which is for programs", async () => {
    expect(await set(root, usr("bob"), [])).toMatchObject({ __typename: "InvalidValue", path: ["input", "roles"] });
    expect(await set(root, usr("bob"), ["SERVICE"])).toMatchObject({ __typename: "InvalidValue", path: ["input", "roles"] });
  });

  test("UserNotFound: an unknown id and one of another kind", async () => {
    for (const userId of [NOBODY, encodeId("ord", SMALL_SHOP.ada), "1", "usr_%00"]) expect(await set(root, userId, ["CUSTOMER"])).toMatchObject({ __typename: "UserNotFound", path: ["input", "userId"] });
  });

  test("is for who holds users.write, whatever else they are", async () => {
    expect(await set(person(SMALL_SHOP.sam, "SUPPORT", "ANALYST"), usr("sam"), ["ADMIN"])).toEqual(["FORBIDDEN"]);
    expect((await slice.graph.run(ROLES_SET, { input: { userId: usr("sam"), roles: ["ADMIN"] } })).errors?.map((error) => error.extensions?.["code"])).toEqual(["UNAUTHENTICATED"]);
  });
});

describe("auditLog", () => {
  const LOG = "query ($where: AuditWhere, $first: Int, $after: String) { auditLog(where: $where, first: $first, after: $after) { nodes { id at actor { id } roles action targetKind targetId details requestId } pageInfo { hasNextPage endCursor } } }";
  const log = async (variables: Record<string, unknown>) => (await slice.graph.as(root).run(LOG, variables)).data["auditLog"];

  test("tells the newest first, by pages, and finds by every condition", async () => {
    await as(root, ROLES_SET, { input: { userId: usr("bob"), roles: ["ANALYST"] } });
    await as(root, ROLES_SET, { input: { userId: usr("bob"), roles: ["CUSTOMER"] } });
    const where = { action: "userRolesSet", targetKind: "user", targetId: usr("bob"), actorId: usr("root"), from: new Date(Date.now() - 3_600_000).toISOString(), to: new Date(Date.now() + 3_600_000).toISOString() };
    const first = await log({ where, first: 1 });
    expect(first.nodes).toEqual([{
      id: expect.stringMatching(/^aud_/) as string, at: expect.any(String) as string, actor: { id: usr("root") }, roles: ["ADMIN"], action: "userRolesSet", targetKind: "user", targetId: SMALL_SHOP.bob,
      details: { before: ["ANALYST"], after: ["CUSTOMER"] }, requestId: expect.stringMatching(/^test-/) as string,
    }]);
    expect((await log({ where, first: 1, after: first.pageInfo.endCursor })).nodes).toMatchObject([{ details: { before: ["CUSTOMER"], after: ["ANALYST"] } }]);
    for (const none of [{ action: "nothing" }, { targetKind: "order" }, { targetId: NOBODY }, { actorId: usr("ada") }, { to: "2011-01-01T00:00:00.000Z" }, { from: "2100-01-01T00:00:00.000Z" }]) {
      expect((await log({ where: { ...where, ...none } })).nodes).toEqual([]);
    }
  });

  test.each([{ actorId: "ord_1" }, { actorId: "" }, { action: "a'; drop table x" }, { targetKind: "\u0000" }, { targetId: "usr_x" }, { targetId: "\ud800" }])("finds nothing by what names nothing: %j", async (where) => {
    expect((await log({ where })).nodes).toEqual([]);
  });

  test("is for who holds audit.read", async () => {
    for (const viewer of [person(SMALL_SHOP.sam, "SUPPORT"), person(SMALL_SHOP.vera, "VENDOR"), person(SMALL_SHOP.ada)]) expect((await slice.graph.as(viewer).run(LOG, {})).errors?.[0]?.extensions?.["code"]).toBe("FORBIDDEN");
    expect((await slice.graph.as({ ...person(SMALL_SHOP.ada), permissions: ["audit.read"] }).run(LOG, {})).errors).toBeUndefined();
  });
});
