import { describe, expect, test } from "vitest";
import { GUEST } from "#kit/viewer.ts";
import { decodeId } from "#schema/values/ids.ts";
import { OTHER, PASSWORD, tokenIn, useAccountMails } from "./accountMails.ts";

const { slice, pass, viewerOf, register, login, refresh, run, mails, oneMail, proven, isVerified, resetTokenFor } = useAccountMails();

describe("register", () => {
  test("TokenPair: for an address that is known and proven too, by the same statements; another account, and the mail alone tells", async () => {
    const first = await proven("known@example.test");
    const REGISTER = "mutation ($input: RegisterInput!) { register(input: $input) { __typename ... on TokenPair { user { id email emailVerified displayName } } } }";
    const runs = [];
    for (const email of ["known@example.test", "unknown@example.test"]) runs.push(await slice.graph.run(REGISTER, { input: { email, password: OTHER, displayName: "Buy at evil.example" } }));
    expect(runs[0]?.statements.toSorted((a, b) => a.localeCompare(b))).toEqual(runs[1]?.statements.toSorted((a, b) => a.localeCompare(b)));
    expect(runs.map(({ data }) => ({ ...data["register"], user: { ...data["register"].user, id: "", email: "" } }))).toEqual(Array.from({ length: 2 }, () => ({ __typename: "TokenPair", user: { id: "", email: "", emailVerified: false, displayName: "Buy at evil.example" } })));
    expect(runs[0]?.data["register"].user.id).not.toBe(first["user"].id);
    const written = await mails();
    expect(written.map(({ message, to }) => [message, to])).toEqual([["accountExists", "known@example.test"], ["verifyEmail", "unknown@example.test"]]);
    // What a stranger writes into the name is not read in somebody's mailbox.
    expect(written.map(({ text, html, subject }) => `${text}${html}${subject}`).join("")).not.toContain("evil");
    expect(written[0]?.text).not.toContain("token=");
  });

  test("the proven account and one that only claims its address have their own passwords; login takes two hashes whoever is asked for", async () => {
    const claimed = await register("known@example.test", "a third horse battery");
    expect((await login("known@example.test", PASSWORD))["user"].id).not.toBe(claimed["user"].id);
    expect((await login("known@example.test", "a third horse battery"))["user"].id).toBe(claimed["user"].id);
    // The newest that claims it, not one before.
    expect(await login("known@example.test", OTHER)).toMatchObject({ code: "INVALID_CREDENTIALS" });
    await mails();
  });
});

describe("emailVerify", () => {
  test("EmailVerifySuccess: once", async () => {
    const pair = await register("verify@example.test");
    const mail = await oneMail("verifyEmail");
    expect(mail.to).toBe("verify@example.test");
    expect(await isVerified(pair)).toBe(false);
    expect(await run(GUEST, "emailVerify", { token: tokenIn(mail) }, "... on EmailVerifySuccess { email }")).toEqual({ __typename: "EmailVerifySuccess", email: "verify@example.test" });
    expect(await isVerified(pair)).toBe(true);
    expect(await run(GUEST, "emailVerify", { token: tokenIn(mail) })).toMatchObject({ __typename: "InvalidToken", code: "INVALID_TOKEN", path: ["input", "token"] });
  });

  test("InvalidToken: for somebody else who is logged in, after a newer mail, after its time, and text that is no token; none of it uses the good one up", async () => {
    const pair = await register("bound@example.test");
    const viewer = await viewerOf(pair);
    const old = tokenIn(await oneMail("verifyEmail"));
    const stranger = await viewerOf(await register("stranger@example.test"));
    await mails();
    expect(await run(viewer, "emailVerificationRequest", undefined, "... on EmailVerificationRequestSuccess { email }")).toEqual({ __typename: "EmailVerificationRequestSuccess", email: "bound@example.test" });
    const token = tokenIn(await oneMail("verifyEmail"));
    for (const wrong of [old, `${token}x`, token.slice(1), "", "\0", "\ud800", " ".repeat(43), "a".repeat(100_000)]) expect(await run(viewer, "emailVerify", { token: wrong }), wrong.slice(0, 50)).toMatchObject({ __typename: "InvalidToken" });
    expect(await run(stranger, "emailVerify", { token })).toMatchObject({ __typename: "InvalidToken" });
    await slice.owner.raw("update users.one_time_tokens set expires_at = clock_timestamp() where user_id = $1", [viewer.userId]);
    expect(await run(viewer, "emailVerify", { token })).toMatchObject({ __typename: "InvalidToken" });
    await slice.owner.raw("update users.one_time_tokens set expires_at = clock_timestamp() + interval '1 hour' where user_id = $1", [viewer.userId]);
    expect(await run(viewer, "emailVerify", { token })).toMatchObject({ __typename: "EmailVerifySuccess" });
  });

  test("EmailTaken: two claim an address, and one has proven it since the mail was written", async () => {
    await register("contested@example.test");
    const token = tokenIn(await oneMail("verifyEmail"));
    await register("contested@example.test", OTHER);
    const other = tokenIn(await oneMail("verifyEmail"));
    const answers = await Promise.all([run(GUEST, "emailVerify", { token }), run(GUEST, "emailVerify", { token: other })]);
    expect(answers.map((answer) => String(answer["__typename"])).toSorted((a, b) => a.localeCompare(b))).toEqual(["EmailTaken", "EmailVerifySuccess"]);
  });

  test("an order, a name, nothing of another account moves with a proof: the proof changes that account alone", async () => {
    const victim = await proven("two@example.test");
    const attacker = await register("two@example.test", OTHER);
    expect((await mails()).map(({ message }) => message)).toEqual(["accountExists"]);
    expect([await isVerified(victim), await isVerified(attacker)]).toEqual([true, false]);
    const { rows } = await slice.owner.raw("select count(*)::int as n from users.one_time_tokens where user_id = $1", [decodeId("usr", attacker["user"].id)]);
    expect(rows).toEqual([{ n: 0 }]);
  });
});

describe("emailVerificationRequest", () => {
  test("EmailVerificationRequestSuccess: nothing is sent where it is proven; RateLimited: eleven in a minute", async () => {
    const viewer = await viewerOf(await proven("again@example.test"));
    for (let n = 0; n < 10; n += 1) expect(await run(viewer, "emailVerificationRequest", undefined)).toMatchObject({ __typename: "EmailVerificationRequestSuccess" });
    expect(await run(viewer, "emailVerificationRequest", undefined)).toMatchObject({ __typename: "RateLimited", code: "RATE_LIMITED" });
    expect(await mails()).toEqual([]);
  });
});

describe("passwordResetRequest and passwordReset", () => {
  test("PasswordResetRequestSuccess: one answer and the same statements for proven, claimed, disabled and unknown addresses; a mail where it can be read", async () => {
    await proven("reset@example.test");
    await proven("disabled@example.test");
    await register("claims@example.test");
    await mails();
    await slice.owner.raw("update users.users set status = 'DISABLED' where email = 'disabled@example.test'");
    const ASK = "mutation ($email: String!) { passwordResetRequest(input: { email: $email }) { __typename ... on PasswordResetRequestSuccess { email } } }";
    const runs = [];
    for (const email of ["reset@example.test", "claims@example.test", "disabled@example.test", "nobody@example.test"]) runs.push(await slice.graph.run(ASK, { email }));
    expect(new Set(runs.map(({ data }) => JSON.stringify(data["passwordResetRequest"]).replace(/\w+@/, "@"))).size).toBe(1);
    expect(new Set(runs.map(({ statements }) => statements.join())).size).toBe(1);
    expect((await mails()).map(({ message, to }) => [message, to])).toEqual([["resetPassword", "reset@example.test"], ["resetPassword", "claims@example.test"]]);
  });

  test("InvalidEmail: text that is no address; RateLimited: eleven in a minute, known or not", async () => {
    for (const email of ["", "nobody", "\0@x.test", "a@b..c", `${"x".repeat(5_000)}@example.test`]) expect(await run(GUEST, "passwordResetRequest", { email })).toMatchObject({ __typename: "InvalidEmail" });
    for (let n = 0; n < 10; n += 1) await run(GUEST, "passwordResetRequest", { email: "limited@example.test" });
    expect(await run(GUEST, "passwordResetRequest", { email: "limited@example.test" })).toMatchObject({ __typename: "RateLimited" });
    await mails();
  });

  test("PasswordResetSuccess: the new password holds, every session is over, the address is proven and told of it", async () => {
    const a = await register("forgot@example.test");
    const b = await login("forgot@example.test");
    await mails();
    const token = await resetTokenFor("forgot@example.test");
    expect(await run(GUEST, "passwordReset", { token, password: OTHER }, "... on PasswordResetSuccess { sessionsEnded }")).toEqual({ __typename: "PasswordResetSuccess", sessionsEnded: 2 });
    expect([(await refresh(a["refreshToken"]))["__typename"], (await refresh(b["refreshToken"]))["__typename"]]).toEqual(["InvalidRefreshToken", "InvalidRefreshToken"]);
    expect((await login("forgot@example.test"))["__typename"]).toBe("InvalidCredentials");
    const pair = await login("forgot@example.test", OTHER);
    expect(await isVerified(pair)).toBe(true);
    expect(await oneMail("passwordChanged")).toMatchObject({ to: "forgot@example.test" });
  });

  test("InvalidToken: of two resets at once one wins, and no third", async () => {
    await proven("twice@example.test");
    const token = await resetTokenFor("twice@example.test");
    const answers = await Promise.all([run(GUEST, "passwordReset", { token, password: OTHER }), run(GUEST, "passwordReset", { token, password: "a third horse battery" })]);
    const winner = answers.findIndex((answer) => answer["__typename"] === "PasswordResetSuccess");
    expect(answers.map((answer) => String(answer["__typename"])).toSorted((x, y) => x.localeCompare(y))).toEqual(["InvalidToken", "PasswordResetSuccess"]);
    expect((await login("twice@example.test", [OTHER, "a third horse battery"][winner]))["__typename"]).toBe("TokenPair");
    expect(await run(GUEST, "passwordReset", { token, password: PASSWORD })).toMatchObject({ __typename: "InvalidToken" });
    await mails();
  });

  test("InvalidToken: of another purpose, after the password, the address or the account changed, and after a newer mail", async () => {
    const pair = await proven("change@example.test");
    const viewer = await viewerOf(pair);
    const reset = (token: string) => run(GUEST, "passwordReset", { token, password: "nobody gets this far" });
    const old = await resetTokenFor("change@example.test");
    const token = await resetTokenFor("change@example.test");
    expect(await reset(old)).toMatchObject({ __typename: "InvalidToken" });
    for (const field of ["emailVerify", "emailChange"]) expect(await run(GUEST, field, { token })).toMatchObject({ __typename: "InvalidToken" });
    expect(await run(viewer, "passwordChange", { currentPassword: PASSWORD, password: OTHER })).toMatchObject({ __typename: "PasswordChangeSuccess" });
    expect(await reset(token)).toMatchObject({ __typename: "InvalidToken" });
    await mails();
    const next = await resetTokenFor("change@example.test");
    await slice.owner.raw("update users.users set email = 'changed@example.test' where email = 'change@example.test'");
    expect(await reset(next)).toMatchObject({ __typename: "InvalidToken" });
    await slice.owner.raw("update users.users set email = 'change@example.test', status = 'DISABLED' where email = 'changed@example.test'");
    expect(await reset(next)).toMatchObject({ __typename: "InvalidToken" });
    await slice.owner.raw("update users.users set status = 'ACTIVE' where email = 'change@example.test'");
    expect(await reset(next)).toMatchObject({ __typename: "PasswordResetSuccess" });
    await mails();
  });

  test("WeakPassword: leaves the token good", async () => {
    await proven("weak@example.test");
    const token = await resetTokenFor("weak@example.test");
    for (const password of ["short", "password1", "weak@example.test", "Weak@Example.Test!1", "x".repeat(129), "\ud800".repeat(9), "sunshine1"]) expect(await run(GUEST, "passwordReset", { token, password }), password).toMatchObject({ __typename: "WeakPassword", path: ["input", "password"] });
    expect(await run(GUEST, "passwordReset", { token, password: OTHER })).toMatchObject({ __typename: "PasswordResetSuccess" });
    await mails();
  });
});

describe("passwordChange", () => {
  test("PasswordChangeSuccess: ends the other sessions and tells of it", async () => {
    const [a, b] = [await proven("self@example.test"), await login("self@example.test")];
    expect(await run(await viewerOf(b), "passwordChange", { currentPassword: PASSWORD, password: OTHER }, "... on PasswordChangeSuccess { sessionsEnded }")).toEqual({ __typename: "PasswordChangeSuccess", sessionsEnded: 1 });
    expect([(await refresh(a["refreshToken"]))["__typename"], (await refresh(b["refreshToken"]))["__typename"]]).toEqual(["InvalidRefreshToken", "TokenPair"]);
    expect(await oneMail("passwordChanged")).toMatchObject({ to: "self@example.test" });
  });

  test("InvalidCredentials: a wrong present password, counted with those of logins; RateLimited then; WeakPassword: whatever the present one is", async () => {
    const viewer = await viewerOf(await proven("guess@example.test"));
    expect(await run(viewer, "passwordChange", { currentPassword: PASSWORD, password: "guess@example.test" })).toMatchObject({ __typename: "WeakPassword" });
    for (let n = 0; n < 10; n += 1) expect(await run(viewer, "passwordChange", { currentPassword: `guess ${n}`, password: OTHER })).toMatchObject({ __typename: "InvalidCredentials", path: ["input", "currentPassword"] });
    expect(await run(viewer, "passwordChange", { currentPassword: PASSWORD, password: OTHER })).toMatchObject({ __typename: "RateLimited" });
    expect(await login("guess@example.test")).toMatchObject({ code: "RATE_LIMITED" });
  });

  test("InvalidCredentials: of two changes at once the second was proven by what is no more", async () => {
    const viewer = await viewerOf(await proven("both@example.test"));
    const answers = await Promise.all([OTHER, "a third horse battery"].map((password) => run(viewer, "passwordChange", { currentPassword: PASSWORD, password })));
    expect(answers.map((answer) => String(answer["__typename"])).toSorted((a, b) => a.localeCompare(b))).toEqual(["InvalidCredentials", "PasswordChangeSuccess"]);
    await mails();
  });

  test("StepUpRequired: the password alone does not do where there is a second factor", async () => {
    const pair = await proven("factor@example.test");
    const viewer = await viewerOf(pair);
    await slice.owner.raw("insert into users.totp_factors (user_id, secret_box, created_at, confirmed_at) values ($1, 'v1.x', now(), now())", [viewer.userId]);
    pass(301);
    const later = await viewerOf(await refresh(pair["refreshToken"]));
    expect(await run(later, "passwordChange", { currentPassword: PASSWORD, password: OTHER })).toMatchObject({ __typename: "StepUpRequired" });
  });
});
