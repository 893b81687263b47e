import { describe, expect, test } from "vitest";
import { person } from "#kit/testing/graphOf.ts";
import { ATTEMPT_POLICIES } from "../domain/attempts.ts";
import { CHALLENGE_ATTEMPTS, CHALLENGE_MS, ENROLMENT_MS } from "../domain/secondFactor.ts";
import { STEP_UP_SECONDS } from "../domain/stepUp.ts";
import { CONFIRM, ENROLL, ME, useMfaSlice } from "./mfaSlice.ts";

const { users, slice, run, login, verify, codeOf, wrong, withMfa, newcomer, eventsOf } = useMfaSlice();

describe("mfaEnroll and mfaConfirm", () => {
  test("MfaEnrolment, MfaEnabled: the app's first code turns it on and brings ten recovery codes; it is told, and nothing of it stands in the clear", async () => {
    const { viewer } = await newcomer();
    const enrolment = await run(viewer, ENROLL);
    expect(enrolment).toMatchObject({ __typename: "MfaEnrolment", secret: expect.stringMatching(/^[A-Z2-7]{32}$/), expiresAt: new Date(users.now().getTime() + ENROLMENT_MS).toISOString() });
    const uri = new URL(enrolment["otpauthUri"] as string);
    expect(uri.protocol).toBe("otpauth:");
    expect(uri.searchParams.get("secret")).toBe(enrolment["secret"]);
    expect(decodeURIComponent(uri.pathname)).toContain("@example.test");
    expect((await slice.graph.as(viewer).run(ME)).data["me"]).toEqual({ mfa: { isEnabled: false, methods: [], recoveryCodesLeft: 0, enabledAt: null } });

    const enabled = await run(viewer, CONFIRM, { code: codeOf(enrolment["secret"] as string) });
    expect(enabled).toMatchObject({ mfa: { isEnabled: true, methods: ["TOTP", "RECOVERY_CODE"], recoveryCodesLeft: 10, enabledAt: users.now().toISOString() } });
    const codes = enabled["recoveryCodes"] as string[];
    expect(new Set(codes).size).toBe(10);
    for (const code of codes) expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){3}$/);
    expect(await eventsOf(viewer)).toEqual(["UserRegistered", "EmailVerificationWanted", "MfaEnabled"]);

    const { rows } = await slice.owner.raw("select row_to_json(f) as factor, (select json_agg(encode(c.code_mac, 'escape')) from users.recovery_codes c) as codes from users.totp_factors f where f.user_id = $1", [viewer.userId]);
    const stored = JSON.stringify([rows, (await slice.owner.raw("select payload from platform.outbox")).rows]);
    for (const secret of [enrolment["secret"] as string, ...codes, ...codes.map((code) => code.replaceAll("-", ""))]) expect(stored).not.toContain(secret);
  });

  test("MfaEnrolment: a second call voids the first secret, and a box of another account does not open", async () => {
    const { viewer } = await newcomer();
    const first = await run(viewer, ENROLL);
    const second = await run(viewer, ENROLL);
    expect(await run(viewer, CONFIRM, { code: codeOf(first["secret"] as string) })).toMatchObject({ __typename: "InvalidMfaCode" });
    const other = await newcomer();
    await run(other.viewer, ENROLL);
    await slice.owner.raw("update users.totp_factors f set secret_box = o.secret_box from users.totp_factors o where f.user_id = $1 and o.user_id = $2", [other.viewer.userId, viewer.userId]);
    const { data, errors } = await slice.graph.as(other.viewer).run(CONFIRM, { code: codeOf(second["secret"] as string) });
    expect(data["answer"]).toBeUndefined();
    expect(errors?.[0]?.message).toContain("Something went wrong");
  });

  test("StepUpRequired: a session that is no longer fresh does not begin it", async () => {
    const { viewer } = await newcomer();
    users.pass(STEP_UP_SECONDS + 1);
    expect(await run(viewer, ENROLL)).toMatchObject({ __typename: "StepUpRequired", code: "STEP_UP_REQUIRED" });
    expect(await run(person(viewer.userId as string), ENROLL)).toMatchObject({ __typename: "StepUpRequired" });
  });

  test("MfaAlreadyEnabled: it is neither begun nor confirmed twice", async () => {
    const { viewer, secret } = await withMfa();
    const answer = { __typename: "MfaAlreadyEnabled", code: "MFA_ALREADY_ENABLED" };
    expect(await run(viewer, ENROLL)).toMatchObject(answer);
    expect(await run(viewer, CONFIRM, { code: codeOf(secret) })).toMatchObject(answer);
  });

  test("MfaNotStarted: without a secret, or after its quarter of an hour", async () => {
    const { viewer } = await newcomer();
    expect(await run(viewer, CONFIRM, { code: "123456" })).toMatchObject({ __typename: "MfaNotStarted", code: "MFA_NOT_STARTED" });
    const { secret } = await run(viewer, ENROLL);
    users.pass(ENROLMENT_MS / 1000 + 1);
    expect(await run(viewer, CONFIRM, { code: codeOf(secret as string) })).toMatchObject({ __typename: "MfaNotStarted" });
  });

  test("InvalidMfaCode: wrong, of another time, no code at all; ten of them and it is RateLimited", async () => {
    const { viewer } = await newcomer();
    const { secret } = await run(viewer, ENROLL) as { secret: string };
    for (const code of ["", "12345", "1234567", "abcdef", "１２３４５６", "1".repeat(100_000), "12\u00003456"]) {
      expect(await run(viewer, CONFIRM, { code }), code.slice(0, 10)).toMatchObject({ __typename: "InvalidMfaCode", code: "INVALID_MFA_CODE", path: ["input", "code"] });
    }
    for (const steps of [-3, -2, 2, 3, 100]) if (![-1, 0, 1].some((near) => codeOf(secret, near) === codeOf(secret, steps))) expect((await run(viewer, CONFIRM, { code: codeOf(secret, steps) }))["__typename"]).toBe("InvalidMfaCode");
    const answers = await Promise.all(Array.from({ length: 20 }, () => run(viewer, CONFIRM, { code: wrong(secret) })));
    expect(answers.filter((answer) => answer["__typename"] === "RateLimited").length).toBeGreaterThanOrEqual(10);
    expect((await run(viewer, CONFIRM, { code: codeOf(secret) }))["__typename"]).toBe("RateLimited");
  });

  test("two confirmations at the same moment turn it on once, with one set of codes", async () => {
    const { viewer } = await newcomer();
    const { secret } = await run(viewer, ENROLL);
    const answers = await Promise.all([0, 1, 0].map((steps) => run(viewer, CONFIRM, { code: codeOf(secret as string, steps) })));
    expect(answers.filter((answer) => answer["__typename"] === "MfaEnabled")).toHaveLength(1);
    expect((await slice.graph.as(viewer).run(ME)).data["me"]).toMatchObject({ mfa: { recoveryCodesLeft: 10 } });
  });
});

describe("login and mfaVerify", () => {
  test("MfaRequired, then TokenPair: the session says that both factors were shown, and the device is known from then on", async () => {
    const { email, viewer, secret } = await withMfa();
    const first = await login(email);
    expect(first).toMatchObject({ __typename: "MfaRequired", code: "MFA_REQUIRED", methods: ["TOTP", "RECOVERY_CODE"], expiresAt: new Date(users.now().getTime() + CHALLENGE_MS).toISOString() });
    const pair = await verify(first["challenge"] as string, { code: ` ${codeOf(secret).replace(/^.../, "$& ")}` });
    expect(pair).toMatchObject({ __typename: "TokenPair", session: { methods: ["pwd", "otp", "mfa"] }, deviceToken: expect.any(String) });
    expect(await users.viewerOf(pair)).toMatchObject({ userId: viewer.userId, methods: ["pwd", "otp", "mfa"], authenticatedAt: users.now().getTime() / 1000 });
  });

  test("TokenPair: by a recovery code, as people write it, once; the last of them leaves the app alone", async () => {
    const { email, viewer, recoveryCodes } = await withMfa();
    const [code] = recoveryCodes as [string];
    expect(await verify((await login(email))["challenge"] as string, { recoveryCode: ` ${code.toLowerCase().replaceAll("0", "o").replaceAll("1", "l").replaceAll("-", " ")}` })).toMatchObject({ __typename: "TokenPair", session: { methods: ["pwd", "mfa"] } });
    expect(await verify((await login(email))["challenge"] as string, { recoveryCode: code })).toMatchObject({ __typename: "InvalidMfaCode", path: ["input", "recoveryCode"] });
    expect(await eventsOf(viewer)).toContain("RecoveryCodeUsed");
    await slice.owner.raw("update users.recovery_codes set used_at = now() where user_id = $1", [viewer.userId]);
    expect(await login(email)).toMatchObject({ methods: ["TOTP"] });
  });

  test("a code lets in once, in whatever login it is shown, also of many uses at the same moment", async () => {
    const { email, secret } = await withMfa();
    const challenges = await Promise.all(Array.from({ length: 9 }, async () => (await login(email))["challenge"] as string));
    const code = codeOf(secret);
    const answers = await Promise.all(challenges.map((challenge) => verify(challenge, { code })));
    expect(answers.filter((answer) => answer["__typename"] === "TokenPair")).toHaveLength(1);
    users.pass(30);
    // The code of half a minute ago would still be right by its time.
    expect((await verify((await login(email))["challenge"] as string, { code }))["__typename"]).toBe("InvalidMfaCode");
  });

  test("InvalidChallenge: used, over, of five wrong codes, altered, another's secret, none at all", async () => {
    const over = { __typename: "InvalidChallenge", code: "INVALID_CHALLENGE", path: ["input", "challenge"] };
    const { email, secret } = await withMfa();
    const used = (await login(email))["challenge"] as string;
    expect((await verify(used, { code: codeOf(secret) }))["__typename"]).toBe("TokenPair");
    users.pass(30);
    expect(await verify(used, { code: codeOf(secret) })).toMatchObject(over);

    const guessed = (await login(email))["challenge"] as string;
    for (let guess = 0; guess < CHALLENGE_ATTEMPTS; guess += 1) expect((await verify(guessed, { code: wrong(secret) }))["__typename"]).toBe("InvalidMfaCode");
    expect(await verify(guessed, { code: codeOf(secret) })).toMatchObject(over);

    const one = (await login(email))["challenge"] as string;
    const another = (await login(email))["challenge"] as string;
    for (const challenge of ["", "x", `${one.slice(0, 33)}${another.slice(33)}`, `${one}A`, one.replace(".", ""), "\0", "é".repeat(76), one.toUpperCase()]) expect(await verify(challenge, { code: codeOf(secret) })).toMatchObject(over);
    users.pass(CHALLENGE_MS / 1000);
    expect(await verify(one, { code: codeOf(secret) })).toMatchObject(over);
  });

  test("InvalidChallenge: a password that was changed, or an account that was disabled, after the first half", async () => {
    const { email, viewer, secret } = await withMfa();
    const changed = (await login(email))["challenge"] as string;
    await slice.owner.raw("update users.users set session_epoch = session_epoch + 1 where id = $1", [viewer.userId]);
    expect((await verify(changed, { code: codeOf(secret) }))["__typename"]).toBe("InvalidChallenge");
    users.pass(30);
    const disabled = (await login(email))["challenge"] as string;
    await slice.owner.raw("update users.users set status = 'DISABLED' where id = $1", [viewer.userId]);
    expect((await verify(disabled, { code: codeOf(secret) }))["__typename"]).toBe("InvalidChallenge");
  });

  test("InvalidValue: neither code nor recoveryCode, or both", async () => {
    const { email, secret, recoveryCodes } = await withMfa();
    const challenge = (await login(email))["challenge"] as string;
    expect(await verify(challenge, {})).toMatchObject({ __typename: "InvalidValue", path: ["input", "code"] });
    expect(await verify(challenge, { code: codeOf(secret), recoveryCode: recoveryCodes[0] })).toMatchObject({ __typename: "InvalidValue", path: ["input", "recoveryCode"] });
    expect((await verify(challenge, { code: codeOf(secret) }))["__typename"]).toBe("TokenPair");
  });

  test("RateLimited: ten codes of an account, whatever the challenge; a known device and a recovery code still let in", async () => {
    const { email, secret, recoveryCodes } = await withMfa();
    const { deviceToken } = await verify((await login(email))["challenge"] as string, { code: codeOf(secret) });
    users.pass(30);
    let evaluated = 0;
    for (let round = 0; round < 6; round += 1) {
      const challenge = (await login(email))["challenge"] as string;
      const answers = await Promise.all(Array.from({ length: CHALLENGE_ATTEMPTS }, () => verify(challenge, { code: wrong(secret) })));
      evaluated += answers.filter((answer) => answer["__typename"] === "InvalidMfaCode").length;
    }
    expect(evaluated).toBe(ATTEMPT_POLICIES.code.perAccount);
    expect(await verify((await login(email))["challenge"] as string, { code: codeOf(secret) })).toMatchObject({ __typename: "RateLimited", retryAfterSeconds: expect.any(Number) });
    expect((await verify((await login(email))["challenge"] as string, { recoveryCode: recoveryCodes[3] }))["__typename"]).toBe("TokenPair");
    expect((await verify((await login(email, deviceToken as string))["challenge"] as string, { code: codeOf(secret) }))["__typename"]).toBe("TokenPair");
  });

  test("a login that was under way when the second factor was turned on comes to nothing", async () => {
    const { viewer } = await newcomer();
    const before = (await slice.owner.raw("select session_epoch from users.users where id = $1", [viewer.userId])).rows[0]?.["session_epoch"];
    const { secret } = await run(viewer, ENROLL);
    await run(viewer, CONFIRM, { code: codeOf(secret as string) });
    expect((await slice.owner.raw("select session_epoch from users.users where id = $1", [viewer.userId])).rows[0]?.["session_epoch"]).toBe((before as number) + 1);
  });
});
