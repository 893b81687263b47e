import { describe, expect, test } from "vitest";
import { decodeId, uuidV7 } from "#schema/values/ids.ts";
import { insertSession } from "../queries/sessions.ts";
import { useUsersSlice } from "./sessionSlice.ts";

const { slice, pass, now, viewerOf, register, refresh } = useUsersSlice();
const rowsOf = async (sessionId: string) => (await slice.owner.raw<{ tokens: bigint; why: string | null }>(
  "select (select count(*) from users.refresh_tokens t where t.session_id = s.id) as tokens, s.revoked_why as why from users.sessions s where s.id = $1", [decodeId("ses", sessionId)])).rows[0];

describe("tokenRefresh", () => {
  test("TokenPair: a successor of the same session, and an access token that says who the session is", async () => {
    const first = await register("one@example.test");
    pass(60);
    const second = await refresh(first["refreshToken"]);
    expect(second).toMatchObject({ __typename: "TokenPair", user: first["user"], session: { id: first["session"].id, createdAt: first["session"].createdAt, lastSeenAt: now().toISOString(), current: true } });
    expect(second["refreshToken"]).not.toBe(first["refreshToken"]);
    expect(second["refreshExpiresAt"]).toBe(new Date(now().getTime() + 30 * 86_400_000).toISOString());
    expect(await viewerOf(second)).toMatchObject({ roles: ["CUSTOMER"], sessionId: decodeId("ses", first["session"].id), methods: ["pwd"], authenticatedAt: Math.floor(now().getTime() / 1000) - 60 });
  });

  test("TokenPair: 1,000 uses of one token at the same moment get one and the same successor, and one row is added", async () => {
    const { refreshToken, session } = await register("race@example.test");
    const answers = await Promise.all(Array.from({ length: 1_000 }, () => refresh(refreshToken)));
    expect(new Set(answers.map((answer) => answer["__typename"]))).toEqual(new Set(["TokenPair"]));
    expect(new Set(answers.map((answer) => answer["refreshToken"])).size).toBe(1);
    expect(await rowsOf(session.id)).toEqual({ tokens: 2n, why: null });
    expect((await refresh(answers[0]?.["refreshToken"]))["__typename"]).toBe("TokenPair");
  });

  test("TokenPair: the predecessor gets the same successor for ten seconds; InvalidRefreshToken: then its use ends the session", async () => {
    const a = await register("grace@example.test");
    const b = await refresh(a["refreshToken"]);
    pass(9.9);
    expect((await refresh(a["refreshToken"]))["refreshToken"]).toBe(b["refreshToken"]);
    pass(0.2);
    expect(await refresh(a["refreshToken"])).toMatchObject({ __typename: "InvalidRefreshToken", code: "INVALID_REFRESH_TOKEN", path: ["input", "refreshToken"] });
    expect(await rowsOf(a["session"].id)).toEqual({ tokens: 2n, why: "REUSE" });
    expect((await refresh(b["refreshToken"]))["__typename"]).toBe("InvalidRefreshToken");
  });

  test("InvalidRefreshToken: a token two generations old never works, not even at once, and ends the session", async () => {
    const a = await register("old@example.test");
    const b = await refresh(a["refreshToken"]);
    const c = await refresh(b["refreshToken"]);
    expect((await refresh(a["refreshToken"]))["__typename"]).toBe("InvalidRefreshToken");
    expect((await refresh(c["refreshToken"]))["__typename"]).toBe("InvalidRefreshToken");
    expect(await rowsOf(a["session"].id)).toEqual({ tokens: 3n, why: "REUSE" });
  });

  test("InvalidRefreshToken: a wrong secret burns nothing; text that is no token is answered alike", async () => {
    const { refreshToken, session } = await register("wrong@example.test");
    const other = await register("other@example.test");
    const [id = "", secret = ""] = String(refreshToken).split(".");
    const flipped = `${secret.startsWith("A") ? "B" : "A"}${secret.slice(1)}`;
    // The last of 43 characters has two bits to spare: another spelling of the same bytes is another token.
    const last = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const respelt = `${secret.slice(0, -1)}${last[last.indexOf(secret.at(-1) ?? "") ^ 1]}`;
    const wrong = [`${id}.${flipped}`, `${id}.${respelt}`, `${id}.${String(other["refreshToken"]).split(".")[1]}`, `${String(other["refreshToken"]).split(".")[0]}.${secret}`, id, `.${secret}`, `${id}.`, "", "\0", `${refreshToken} `, `${refreshToken}.x`, "\ud800", "a".repeat(100_000)];
    const answers = await Promise.all(wrong.map(refresh));
    expect(new Set(answers.map((answer) => JSON.stringify(answer)))).toEqual(new Set([JSON.stringify(answers[0])]));
    expect(answers[0]).toMatchObject({ __typename: "InvalidRefreshToken" });
    expect(await rowsOf(session.id)).toEqual({ tokens: 1n, why: null });
    expect((await refresh(refreshToken))["__typename"]).toBe("TokenPair");
    expect((await refresh(other["refreshToken"]))["__typename"]).toBe("TokenPair");
  });

  test("InvalidRefreshToken: a session that was not used for 30 days, and one of 180 days however much it was used", async () => {
    const idle = await register("idle@example.test");
    pass(30 * 86_400 + 1);
    expect((await refresh(idle["refreshToken"]))["__typename"]).toBe("InvalidRefreshToken");
    let pair = await register("busy@example.test");
    const end = pair["session"].createdAt;
    for (let month = 1; month <= 6; month += 1) {
      pass(29 * 86_400);
      pair = await refresh(pair["refreshToken"]);
    }
    expect(pair["refreshExpiresAt"]).toBe(new Date(new Date(end).getTime() + 180 * 86_400_000).toISOString());
    pass(6 * 86_400 + 1);
    expect((await refresh(pair["refreshToken"]))["__typename"]).toBe("InvalidRefreshToken");
  });

  test("InvalidRefreshToken: a disabled account; roles are those of now", async () => {
    const pair = await register("roles@example.test");
    await slice.owner.raw("update users.users set roles = '{CUSTOMER,SUPPORT}' where email = 'roles@example.test'");
    const next = await refresh(pair["refreshToken"]);
    expect((await viewerOf(next)).roles).toEqual(["CUSTOMER", "SUPPORT"]);
    await slice.owner.raw("update users.users set status = 'DISABLED' where email = 'roles@example.test'");
    expect((await refresh(next["refreshToken"]))["__typename"]).toBe("InvalidRefreshToken");
  });

  test("in the database stands the hash of a secret and never the secret", async () => {
    const { refreshToken } = await register("hash@example.test");
    const secret = String(refreshToken).split(".")[1] ?? "";
    const { rows } = await slice.owner.raw<{ text: string }>("select row_to_json(t)::text as text from users.refresh_tokens t union all select row_to_json(s)::text from users.sessions s union all select row_to_json(o)::text from platform.outbox o");
    const hex = Buffer.from(secret, "base64url").toString("hex");
    expect(rows.filter(({ text }) => text.includes(secret) || text.includes(hex))).toEqual([]);
  });

  test("takes one statement for the token, and three more for whom it is given to", async () => {
    const { refreshToken } = await register("count@example.test");
    const { statements } = await slice.graph.run("mutation ($t: String!) { tokenRefresh(input: { refreshToken: $t }) { ... on TokenPair { accessToken } } }", { t: refreshToken });
    expect(statements.slice(0, 2)).toEqual(["users.rotateRefreshToken", "users.usersByIds"]);
    expect(new Set(statements.slice(2))).toEqual(new Set(["users.vendorsOfMembers", "users.permissionGroupsOfMembers"]));
  });
});

test("a session is opened under the state of the account that its proof was read in, and under no other", async () => {
  const { rows: [person] } = await slice.owner.raw<{ id: string; session_epoch: number }>("select id, session_epoch from users.users where email = 'one@example.test'");
  const id = () => uuidV7(now());
  const open = (epoch: number) => insertSession(slice.db, {
    id: id(), userId: person?.id ?? "", epoch, methods: ["pwd"], at: now(), device: "a test", ip: null, idleSeconds: 60, expiresAt: now(), token: { id: id(), secretHash: Buffer.alloc(32) },
  });
  expect(await open(person?.session_epoch ?? -1)).toMatchObject({ device: "a test" });
  expect(await open((person?.session_epoch ?? 0) - 1)).toBeUndefined();
  await slice.owner.raw("update users.users set status = 'DISABLED' where id = $1", [person?.id]);
  expect(await open(person?.session_epoch ?? -1)).toBeUndefined();
});
