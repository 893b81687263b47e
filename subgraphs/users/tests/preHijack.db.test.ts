import { describe, expect, test } from "vitest";
import type { Answer } from "#kit/testing/graphOf.ts";
import { GUEST } from "#kit/viewer.ts";
import { OTHER, tokenIn, useAccountMails } from "./accountMails.ts";

const { slice, viewerOf, register, refresh, run, oneMail, mails, resetTokenFor } = useAccountMails();

const LOGIN = "mutation ($input: LoginInput!) { login(input: $input) { __typename ... on TokenPair { deviceToken } } }";
const login = async (email: string, password: string, deviceToken?: unknown) => (await slice.graph.run(LOGIN, { input: { email, password, deviceToken } })).data["login"] as Answer;

/** Somebody opens an account with another's address and, as an earlier release let them, makes themselves ways into it. */
async function squat(email: string) {
  const pair = await register(email);
  const { userId } = await viewerOf(pair);
  const { deviceToken } = await login(email, "correct horse battery");
  await slice.owner.raw("insert into users.identities (user_id, issuer, subject, provider, created_at, last_used_at) values ($1, 'https://evil.test', $2, 'blue', now(), now())", [userId, email]);
  await slice.owner.raw("insert into users.totp_factors (user_id, secret_box, created_at, confirmed_at) values ($1, 'v1.x', now(), now())", [userId]);
  await slice.owner.raw("insert into users.recovery_codes (user_id, code_mac, created_at) values ($1, sha256('a'), now())", [userId]);
  const challenged = await login(email, "correct horse battery");
  expect(challenged["__typename"]).toBe("MfaRequired");
  await slice.owner.raw("insert into users.identity_flows (state_hash, secret_hash, provider, redirect_uri, user_id, created_at, expires_at) values (sha256($1::text::bytea), sha256('s'), 'blue', 'x', $2, now(), now() + interval '1 hour')", [email, userId]);
  return { pair, userId, deviceToken };
}

const left = async (userId: string | null) => (await slice.owner.raw(`select (select count(*) from users.identities where user_id = $1) + (select count(*) from users.totp_factors where user_id = $1)
  + (select count(*) from users.recovery_codes where user_id = $1) + (select count(*) from users.login_challenges where user_id = $1) + (select count(*) from users.identity_flows where user_id = $1) as ways,
  (select count(*) from users.sessions where user_id = $1 and revoked_at is null) as sessions`, [userId])).rows[0];
const told = async (userId: string | null) => (await slice.owner.raw("select type from platform.outbox where aggregate_id = $1", [userId])).rows.map((row) => row["type"]);
const verifyInput = async () => ({ token: tokenIn(await oneMail("verifyEmail")) });

describe("an account that was opened with somebody else's address", () => {
  test("keeps nothing of its opener when the address' owner resets the password by mail", async () => {
    const { pair, userId, deviceToken } = await squat("reset@victim.test");
    await mails();
    expect(await run(GUEST, "passwordReset", { token: await resetTokenFor("reset@victim.test"), password: OTHER })).toMatchObject({ __typename: "PasswordResetSuccess" });
    expect(await left(userId)).toEqual({ ways: 0n, sessions: 0n });
    expect(await refresh(pair["refreshToken"])).toMatchObject({ code: "INVALID_REFRESH_TOKEN" });
    expect(await told(userId)).toContain("IdentityUnlinked");
    expect(await told(userId)).toContain("MfaDisabled");
    // The device on which the stranger had logged in counts as any other.
    for (let guess = 0; guess < 10; guess += 1) await login("reset@victim.test", "wrong", deviceToken);
    expect((await login("reset@victim.test", OTHER))["__typename"]).toBe("RateLimited");
  });

  test("keeps no way in when the owner confirms the address by the mail, logged in nowhere", async () => {
    const { userId } = await squat("verify@victim.test");
    expect(await run(GUEST, "emailVerify", await verifyInput())).toMatchObject({ __typename: "EmailVerifySuccess" });
    expect(await left(userId)).toEqual({ ways: 0n, sessions: 0n });
  });

  test("stays logged in where the mail's reader is logged in, there alone", async () => {
    const { pair, userId } = await squat("self@victim.test");
    expect(await run(await viewerOf(pair), "emailVerify", await verifyInput())).toMatchObject({ __typename: "EmailVerifySuccess" });
    expect(await left(userId)).toEqual({ ways: 0n, sessions: 1n });
    expect(await refresh(pair["refreshToken"])).toMatchObject({ __typename: "TokenPair" });
  });

  test("a reset on an account whose address was proven before leaves its ways in alone", async () => {
    const { userId } = await squat("proven@victim.test");
    await slice.owner.raw("update users.users set email_verified_at = now() where id = $1", [userId]);
    await mails();
    await run(GUEST, "passwordReset", { token: await resetTokenFor("proven@victim.test"), password: OTHER });
    expect(await left(userId)).toMatchObject({ ways: 5n, sessions: 0n });
  });
});

describe("before the address is proven", () => {
  test("EmailNotVerified: mfaEnroll and mfaConfirm add no second factor", async () => {
    const viewer = await viewerOf(await register("factor@victim.test"));
    const refused = { __typename: "EmailNotVerified", code: "EMAIL_NOT_VERIFIED" };
    expect(await run(viewer, "mfaEnroll", undefined)).toMatchObject(refused);
    await slice.owner.raw("insert into users.totp_factors (user_id, secret_box, created_at) values ($1, 'v1.x', now())", [viewer.userId]);
    expect(await run(viewer, "mfaConfirm", { code: "123456" })).toMatchObject(refused);
  });
});
