import { describe, expect, test } from "vitest";
import { type Answer, person } from "#kit/testing/graphOf.ts";
import { SMALL_SHOP } from "#kit/testing/smallShop.ts";
import type { Viewer } from "#kit/viewer.ts";
import { decodeId, encodeId } from "#schema/values/ids.ts";
import { readLocale } from "../domain/accountChange.ts";
import { deviceOf } from "../domain/device.ts";
import { useUsersSlice } from "./sessionSlice.ts";

const { slice, viewerOf, register, login, refresh } = useUsersSlice();
const admin = person(SMALL_SHOP.root, "ADMIN");
const support = person(SMALL_SHOP.sam, "SUPPORT");
const id = (name: "ada" | "bob" | "vera" | "sam" | "root") => encodeId("usr", SMALL_SHOP[name]);

describe("userUpdate", () => {
  const UPDATE = "mutation ($input: UserUpdateInput!) { userUpdate(input: $input) { __typename ... on UserUpdateSuccess { user { displayName locale countryCode version } } ... on UserError { code message path } ... on VersionConflict { expected actual } } }";
  const update = async (viewer: Viewer, input: object) => (await slice.graph.as(viewer).run(UPDATE, { input })).data["userUpdate"] as Answer;

  test("UserUpdateSuccess: what is given changes, what is not stays, null is taken away; nothing new is no new version", async () => {
    const viewer = await viewerOf(await register("update@example.test"));
    expect(await update(viewer, { displayName: " Ada ", locale: "EN-gb", countryCode: "IE" })).toEqual({ __typename: "UserUpdateSuccess", user: { displayName: "Ada", locale: "en-GB", countryCode: "IE", version: 2 } });
    expect(await update(viewer, { locale: null, expectedVersion: 2 })).toMatchObject({ user: { displayName: "Ada", locale: null, countryCode: "IE", version: 3 } });
    expect(await update(viewer, { displayName: "Ada" })).toMatchObject({ user: { version: 3 } });
  });

  test("VersionConflict: on another version, also of two at once", async () => {
    const viewer = await viewerOf(await register("conflict@example.test"));
    expect(await update(viewer, { displayName: "B", expectedVersion: 9 })).toMatchObject({ __typename: "VersionConflict", expected: 9, actual: 1 });
    const both = await Promise.all(["B", "C"].map((displayName) => update(viewer, { displayName, expectedVersion: 1 })));
    expect(both.map((answer) => String(answer["__typename"])).toSorted((a, b) => a.localeCompare(b))).toEqual(["UserUpdateSuccess", "VersionConflict"]);
  });

  test("InvalidDisplayName and InvalidValue: nothing that cannot be shown, no language, no country", async () => {
    const viewer = await viewerOf(await register("wrong@example.test"));
    for (const displayName of ["", "x".repeat(101), "\0", "\ud800", "a\u202Eb"]) expect(await update(viewer, { displayName })).toMatchObject({ __typename: "InvalidDisplayName", path: ["input", "displayName"] });
    for (const locale of ["", "english", "en_GB", "en-", "'; drop table users.users --", "\0", "x".repeat(10_000), "en-GB-GB"]) expect(await update(viewer, { locale }), locale).toMatchObject({ __typename: "InvalidValue", path: ["input", "locale"] });
    expect(await update(viewer, { countryCode: "ZZ" })).toMatchObject({ __typename: "InvalidValue", path: ["input", "countryCode"] });
    expect((await slice.graph.run(UPDATE, { input: {} })).errors?.[0]?.extensions?.["code"]).toBe("UNAUTHENTICATED");
  });
});

describe("userDisable and userEnable", () => {
  const SET = (field: string) => `mutation ($input: User${field}Input!) { answer: user${field}(input: $input) { __typename ... on User${field}Success { user { id status version } ${field === "Disable" ? "sessionsEnded" : ""} } ... on UserError { code path } } }`;
  const set = async (field: "Disable" | "Enable", viewer: Viewer, input: object) => (await slice.graph.as(viewer).run(SET(field), { input })).data["answer"] as Answer;

  test("UserDisableSuccess and UserEnableSuccess: sessions end, nobody logs in, and later they do; both are written down", async () => {
    const pair = await register("disable@example.test");
    const userId = pair["user"].id;
    expect(await set("Disable", admin, { userId })).toEqual({ __typename: "UserDisableSuccess", user: { id: userId, status: "DISABLED", version: 2 }, sessionsEnded: 1 });
    expect(await set("Disable", admin, { userId })).toMatchObject({ sessionsEnded: 0, user: { version: 2 } });
    expect([(await refresh(pair["refreshToken"]))["__typename"], (await login("disable@example.test"))["__typename"]]).toEqual(["InvalidRefreshToken", "InvalidCredentials"]);
    expect(await set("Enable", admin, { userId, expectedVersion: 2 })).toMatchObject({ __typename: "UserEnableSuccess", user: { status: "ACTIVE" } });
    expect((await refresh(pair["refreshToken"]))["__typename"]).toBe("InvalidRefreshToken");
    expect((await login("disable@example.test"))["__typename"]).toBe("TokenPair");
    const { rows } = await slice.owner.raw("select action from platform.audit_log where target_id = $1 order by id", [decodeId("usr", userId)]);
    expect(rows.map(({ action }) => action)).toEqual(["userDisable", "userEnable"]);
    const { rows: voided } = await slice.owner.raw("select tokens_void_before is not null as is_void from users.users where id = $1", [decodeId("usr", userId)]);
    expect(voided).toEqual([{ is_void: true }]);
  });

  test("UserNotFound: no such person, ids of other kinds and of nothing", async () => {
    for (const userId of [encodeId("usr", SMALL_SHOP.vendor), encodeId("ses", SMALL_SHOP.ada), "", "\0", "usr_"]) expect(await set("Disable", admin, { userId })).toMatchObject({ __typename: "UserNotFound", path: ["input", "userId"] });
  });

  test("LastAdmin: whoever runs the shop alone stays; VersionConflict: on another version; PermissionNotHeld: of who may do more", async () => {
    expect(await set("Disable", admin, { userId: id("root") })).toMatchObject({ __typename: "LastAdmin" });
    expect(await set("Disable", admin, { userId: id("bob"), expectedVersion: 7 })).toMatchObject({ __typename: "VersionConflict" });
    const helper: Viewer = { ...support, permissions: ["users.write"] };
    expect(await set("Disable", helper, { userId: id("root") })).toMatchObject({ __typename: "PermissionNotHeld" });
    expect(await set("Disable", helper, { userId: id("bob") })).toMatchObject({ __typename: "UserDisableSuccess" });
    expect(await set("Enable", helper, { userId: id("bob") })).toMatchObject({ __typename: "UserEnableSuccess" });
  });

  test("nobody else may", async () => {
    for (const viewer of [support, person(SMALL_SHOP.ada)]) expect((await slice.graph.as(viewer).run(SET("Disable"), { input: { userId: id("bob") } })).errors?.[0]?.extensions?.["code"]).toBe("FORBIDDEN");
  });
});

describe("users", () => {
  const USERS = "query ($where: UserFilter, $sort: UserSort, $first: Int, $after: String) { users(where: $where, sort: $sort, first: $first, after: $after) { nodes { id email displayName } pageInfo { hasNextPage endCursor } } }";
  const list = (variables: object, viewer: Viewer = support) => slice.graph.as(viewer).run(USERS, variables as Record<string, unknown>);
  const emails = async (variables: object) => ((await list(variables)).data["users"].nodes as { email: string }[]).map(({ email }) => email.split("@")[0]);

  test("by the beginning of address and name, by role and status, in pages of either order", async () => {
    expect(await emails({ where: { emailPrefix: "ADA@" } })).toEqual(["ada"]);
    expect(await emails({ where: { namePrefix: "Be" } })).toEqual([]);
    expect(await emails({ where: { namePrefix: "BO" } })).toEqual(["bob"]);
    expect(await emails({ where: { role: "ADMIN" } })).toEqual(["root"]);
    expect(await emails({ where: { role: "ADMIN", status: "DISABLED" } })).toEqual([]);
    // An underscore and a percent sign are what they are.
    expect(await emails({ where: { emailPrefix: "a_" } })).toEqual([]);
    expect(await emails({ where: { emailPrefix: "%" } })).toEqual([]);
    for (const sort of ["NEWEST", "EMAIL"]) {
      const whole = await emails({ sort, first: 100 });
      const paged: (string | undefined)[] = [];
      let after: string | null = null;
      for (let page = 0; page < 20; page += 1) {
        const { nodes, pageInfo }: Answer = (await list({ sort, first: 3, after })).data["users"];
        paged.push(...nodes.map(({ email }: { email: string }) => email.split("@")[0]));
        after = pageInfo.endCursor;
        if (!pageInfo.hasNextPage) break;
      }
      expect(paged).toEqual(whole);
      expect(whole.length).toBeGreaterThan(5);
    }
    expect((await emails({ sort: "EMAIL", first: 2 }))).toEqual(["ada", "bob"]);
  });

  test("takes two statements; text that begins nothing finds nothing, a cursor of the other order is refused", async () => {
    expect((await list({ where: { emailPrefix: "a" } })).statements).toEqual(["users.newestUsersByEmail", "users.usersByIds"]);
    for (const emailPrefix of ["", "\0", "\ud800", "x".repeat(300)]) expect(await emails({ where: { emailPrefix } })).toEqual([]);
    const { pageInfo } = (await list({ sort: "EMAIL", first: 1 })).data["users"];
    expect((await list({ sort: "NEWEST", first: 1, after: pageInfo.endCursor })).errors?.[0]?.extensions?.["code"]).toBe("BAD_USER_INPUT");
  });

  test("is for who may see people", async () => {
    for (const viewer of [person(SMALL_SHOP.ada), person(SMALL_SHOP.sam, "ANALYST")]) expect((await list({}, viewer)).errors?.[0]?.extensions?.["code"]).toBe("FORBIDDEN");
  });
});

test.each([["en", "en"], ["EN-gb", "en-GB"], ["zh-hant-tw", "zh-Hant-TW"], ["e", undefined], ["en-GB-", undefined], ["12", undefined], ["i-klingon", undefined]])("%s as a language is %s", (text, tag) => expect(readLocale(text)).toBe(tag));

test.each([
  ["Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0", "Edge on Windows"],
  ["Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1", "Safari on iPhone"],
  ["Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36", "Chrome on Android"],
  ["curl/8.14.1", "curl"], ["okhttp/4.12.0", "okhttp"], ["", "Unknown device"], ["<script>alert(1)</script>", "Unknown device"], ["Mozilla/5.0", "Unknown device"], ["x".repeat(5_000), "x".repeat(41)],
])("%s is %s", (userAgent, device) => expect(deviceOf(userAgent)).toBe(device));
