import { describe, expect, test } from "vitest";
import type { Answer } from "#kit/testing/graphOf.ts";
import { person } from "#kit/testing/graphOf.ts";
import { SMALL_SHOP } from "#kit/testing/smallShop.ts";
import type { Viewer } from "#kit/viewer.ts";
import { decodeId, encodeId } from "#schema/values/ids.ts";
import { MAX_SESSIONS } from "../domain/session.ts";
import { readSessionEndings } from "../queries/sessionEndings.ts";
import { useUsersSlice } from "./sessionSlice.ts";

const { slice, pass, now, viewerOf, register, login, refresh } = useUsersSlice();
const SESSIONS = "{ sessions { id current } me { sessions { id } } }";
const REVOKE = "mutation ($input: SessionRevokeInput!) { sessionRevoke(input: $input) { __typename ... on SessionRevokeSuccess { revoked } ... on UserError { code message path } ... on StepUpRequired { maxAgeSeconds } } }";
const LOGOUT = "mutation ($token: String) { logout(input: { refreshToken: $token }) { __typename ... on LogoutSuccess { loggedOut } } }";
const revoke = async (viewer: Viewer, input: object): Promise<Answer> => (await slice.graph.as(viewer).run(REVOKE, { input })).data["sessionRevoke"] as Answer;
const sessionsOf = async (viewer: Viewer): Promise<Answer[]> => (await slice.graph.as(viewer).run(SESSIONS)).data["sessions"] as Answer[];
/** Whether the session's refresh token still works. */
const lives = async (pair: Answer) => (await refresh(pair["refreshToken"]))["__typename"] === "TokenPair";

describe("sessions", () => {
  test("are the living ones of the person, the last used first, and say which is this", async () => {
    const first = await register("list@example.test");
    pass(1);
    const second = await login("list@example.test");
    pass(1);
    await refresh(first["refreshToken"]);
    const viewer = await viewerOf(second);
    expect(await sessionsOf(viewer)).toEqual([{ id: first["session"].id, current: false }, { id: second["session"].id, current: true }]);
    expect((await slice.graph.run(SESSIONS)).data).toEqual({ sessions: [], me: null });
  });

  test("of somebody else are for who may change accounts", async () => {
    const { user, session } = await register("others@example.test");
    const of = (viewer: Viewer) => slice.graph.as(viewer).run("query ($id: ID!) { user(id: $id) { id sessions { id } } }", { id: user.id });
    expect((await of(person(SMALL_SHOP.root, "ADMIN"))).data["user"].sessions).toEqual([{ id: session.id }]);
    const support = await of(person(SMALL_SHOP.sam, "SUPPORT"));
    expect(support.data["user"]).toEqual({ id: user.id, sessions: null });
    expect(support.errors?.[0]?.extensions?.["code"]).toBe("FORBIDDEN");
    expect((await of(person(SMALL_SHOP.ada))).data["user"]).toBeNull();
  });

  test(`are ${MAX_SESSIONS} at most: one more ends the one that was not used for longest`, async () => {
    const first = await register("crowd@example.test");
    const id = decodeId("usr", first["user"].id);
    await slice.owner.raw(
      `insert into users.sessions (id, user_id, methods, authenticated_at, device, created_at, last_seen_at, idle_seconds, idle_expires_at, expires_at, current_token)
       select uuidv7(), $1, '{pwd}', $2, 'x', $2, $2::timestamptz + make_interval(secs => n), 60, $2::timestamptz + interval '1 day', $2::timestamptz + interval '1 day', uuidv7() from generate_series(1, ${MAX_SESSIONS - 1}) n`, [id, now()]);
    pass(MAX_SESSIONS);
    const last = await login("crowd@example.test");
    const all = await sessionsOf(await viewerOf(last));
    expect(all).toHaveLength(MAX_SESSIONS);
    expect(all[0]).toEqual({ id: last["session"].id, current: true });
    expect(all.map((one) => one["id"])).not.toContain(first["session"].id);
    expect(await lives(first)).toBe(false);
  });
});

describe("sessionRevoke", () => {
  test("SessionRevokeSuccess: one, all, or all but this", async () => {
    const email = "revoke@example.test";
    const [a, b, c, d] = [await register(email), await login(email), await login(email), await login(email)];
    const viewer = await viewerOf(d);
    expect(await revoke(viewer, { id: a["session"].id })).toEqual({ __typename: "SessionRevokeSuccess", revoked: 1 });
    expect(await revoke(viewer, { all: true, exceptCurrent: true })).toMatchObject({ revoked: 2 });
    expect([await lives(a), await lives(b), await lives(c), await lives(d)]).toEqual([false, false, false, true]);
    expect(await revoke(viewer, { all: true })).toMatchObject({ revoked: 1 });
    expect(await sessionsOf(viewer)).toEqual([]);
  });

  test("SessionNotFound: another person's, one that is over, ids of other kinds and of nothing", async () => {
    const mine = await viewerOf(await register("mine@example.test"));
    const other = await register("theirs@example.test");
    for (const id of [other["session"].id, encodeId("ses", SMALL_SHOP.ada), encodeId("usr", mine.userId ?? ""), "", "ses_\0", "\ud800", "x".repeat(10_000)]) {
      expect(await revoke(mine, { id }), id).toMatchObject({ __typename: "SessionNotFound", code: "SESSION_NOT_FOUND" });
    }
    expect(await revoke(mine, { all: true, userId: other["user"].id })).toMatchObject({ __typename: "SessionNotFound" });
    expect(await revoke(mine, { id: other["session"].id, userId: other["user"].id })).toMatchObject({ __typename: "SessionNotFound" });
    expect(await lives(other)).toBe(true);
  });

  test("InvalidValue: neither one nor all, both, and what cannot go together", async () => {
    const { session, user, ...pair } = await register("invalid@example.test");
    const viewer = await viewerOf(pair);
    for (const input of [{}, { all: false }, { id: session.id, all: true }, { exceptCurrent: true }]) expect(await revoke(viewer, input)).toMatchObject({ __typename: "InvalidValue", path: ["input"] });
    expect(await revoke(viewer, { all: true, exceptCurrent: true, userId: encodeId("usr", SMALL_SHOP.ada) })).toMatchObject({ __typename: "InvalidValue", path: ["input", "exceptCurrent"] });
    expect(await revoke(viewer, { all: true, exceptCurrent: true, userId: user.id })).toMatchObject({ __typename: "SessionRevokeSuccess", revoked: 0 });
  });

  test("StepUpRequired: all of them, more than five minutes after the person showed who they are; one alone goes always", async () => {
    const pair = await register("stale@example.test");
    pass(301);
    const viewer = await viewerOf(await refresh(pair["refreshToken"]));
    expect(await revoke(viewer, { all: true })).toMatchObject({ __typename: "StepUpRequired", maxAgeSeconds: 300 });
    expect(await revoke(viewer, { id: pair["session"].id })).toMatchObject({ revoked: 1 });
  });

  test("SessionRevokeSuccess: of somebody else for ADMIN, written down", async () => {
    const pair = await register("ended@example.test");
    const admin: Viewer = { ...person(SMALL_SHOP.root, "ADMIN"), authenticatedAt: now().getTime() / 1000 };
    expect(await revoke(admin, { all: true, userId: pair["user"].id })).toMatchObject({ revoked: 1 });
    expect(await lives(pair)).toBe(false);
    const { rows } = await slice.owner.raw("select action, target_kind, target_id, details from platform.audit_log where target_id = $1", [decodeId("usr", pair["user"].id)]);
    expect(rows).toEqual([{ action: "sessionRevoke", target_kind: "user", target_id: decodeId("usr", pair["user"].id), details: { ended: 1 } }]);
  });

  test("a guest has nothing to end", async () => {
    expect((await slice.graph.run(REVOKE, { input: { all: true } })).errors?.[0]?.extensions?.["code"]).toBe("UNAUTHENTICATED");
  });
});

describe("logout", () => {
  test("LogoutSuccess: ends the session of the access token, of the refresh token, or nothing", async () => {
    const [a, b] = [await register("out@example.test"), await login("out@example.test")];
    expect((await slice.graph.as(await viewerOf(a)).run(LOGOUT)).data["logout"]).toEqual({ __typename: "LogoutSuccess", loggedOut: true });
    expect([await lives(a), await lives(b)]).toEqual([false, true]);
    const c = await login("out@example.test");
    await slice.graph.run(LOGOUT, { token: `${String(c["refreshToken"]).split(".")[0]}.${String(b["refreshToken"]).split(".")[1]}` });
    expect(await lives(b)).toBe(true);
    await slice.graph.run(LOGOUT, { token: c["refreshToken"] });
    expect(await lives(c)).toBe(false);
    for (const token of [null, "", "\0", "no token"]) expect((await slice.graph.run(LOGOUT, { token })).data["logout"].loggedOut).toBe(true);
  });
});

describe("what gateways hear", () => {
  const service: Viewer = { userId: null, roles: ["SERVICE"], vendorIds: [] };
  const ENDINGS = "query ($since: DateTime) { sessionEndings(since: $since) { asOf sessionIds voided { userId before } } }";

  test("every session that was ended and every person whose tokens were voided, once and then again for a minute", async () => {
    const pair = await register("heard@example.test");
    const before = (await slice.graph.as(service).run(ENDINGS)).data["sessionEndings"];
    expect(before.sessionIds).not.toContain(decodeId("ses", pair["session"].id));
    await slice.graph.as(await viewerOf(pair)).run(LOGOUT);
    await slice.owner.raw("update users.users set tokens_void_before = clock_timestamp() where id = $1", [SMALL_SHOP.bob]);
    const after = (await slice.graph.as(service).run(ENDINGS, { since: before.asOf })).data["sessionEndings"];
    expect(after.sessionIds).toContain(decodeId("ses", pair["session"].id));
    expect(after.voided).toEqual([{ userId: SMALL_SHOP.bob, before: expect.any(String) }]);
    const later = await readSessionEndings(slice.db, new Date(new Date(after.asOf).getTime() + 61_000));
    expect(later).toMatchObject({ sessionIds: [], voided: [] });
  });

  test("nobody else hears of it", async () => {
    for (const viewer of [person(SMALL_SHOP.root, "ADMIN"), person(SMALL_SHOP.ada)]) {
      expect((await slice.graph.as(viewer).run(ENDINGS)).errors?.[0]?.extensions?.["code"]).toBe("FORBIDDEN");
    }
  });
});
