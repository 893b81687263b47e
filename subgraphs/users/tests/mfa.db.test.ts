import { generateSync } from "otplib";
import { describe, expect, test } from "vitest";
import { person, type Answer } from "#kit/testing/graphOf.ts";
import type { Viewer } from "#kit/viewer.ts";
import { ATTEMPT_POLICIES } from "../domain/attempts.ts";
import { CHALLENGE_ATTEMPTS, CHALLENGE_MS, ENROLMENT_MS } from "../domain/secondFactor.ts";
import { STEP_UP_SECONDS } from "../domain/stepUp.ts";
import { PAIR, useUsersSlice } from "./sessionSlice.ts";

const users = useUsersSlice();
const { slice } = users;

const ERROR = "... on UserError { code message path }";
const MFA = "isEnabled methods recoveryCodesLeft enabledAt";
const ENROLL = `mutation { answer: mfaEnroll { __typename ... on MfaEnrolment { secret otpauthUri expiresAt } ${ERROR} } }`;
const CONFIRM = `mutation ($code: String!) { answer: mfaConfirm(input: { code: $code }) { __typename ... on MfaEnabled { recoveryCodes mfa { ${MFA} } } ${ERROR} } }`;
const DISABLE = `mutation { answer: mfaDisable { __typename ... on MfaDisabled { mfa { ${MFA} } } ${ERROR} } }`;
const RENEW = `mutation { answer: recoveryCodesRenew { __typename ... on RecoveryCodes { recoveryCodes } ${ERROR} } }`;
const LOGIN = `mutation ($input: LoginInput!) { answer: login(input: $input) { __typename ... on MfaRequired { challenge methods expiresAt } ... on TokenPair { ${PAIR} deviceToken } ${ERROR} } }`;
const VERIFY = `mutation ($input: MfaVerifyInput!) { answer: mfaVerify(input: $input) { __typename ... on TokenPair { ${PAIR} deviceToken } ${ERROR} ... on RateLimited { retryAfterSeconds } } }`;
const STEP_UP = `mutation ($input: StepUpInput!) { answer: stepUp(input: $input) { __typename ... on TokenPair { ${PAIR} } ${ERROR} } }`;
const ME = `{ me { mfa { ${MFA} } } }`;

const PASSWORD = "correct horse battery";
const run = async (viewer: Viewer | undefined, source: string, variables?: Record<string, unknown>): Promise<Answer> =>
  (await (viewer ? slice.graph.as(viewer) : slice.graph).run(source, variables)).data["answer"] as Answer;
const login = (email: string, deviceToken?: string) => run(undefined, LOGIN, { input: { email, password: PASSWORD, deviceToken } });
const verify = (challenge: string, given: object) => run(undefined, VERIFY, { input: { challenge, ...given } });
/** What the app shows now, or steps of thirty seconds from now. */
const codeOf = (secret: string, steps = 0): string => generateSync({ secret, epoch: Math.floor(users.now().getTime() / 1000) + steps * 30 });
const wrong = (secret: string): string => {
  const right = new Set([-1, 0, 1].map((steps) => codeOf(secret, steps)));
  return ["000000", "111111", "222222", "333333"].find((code) => !right.has(code)) as string;
};

let people = 0;
/** A new person with a fresh session, and what their authenticator app knows. */
async function withMfa(): Promise<{ email: string; viewer: Viewer; secret: string; recoveryCodes: string[] }> {
  const email = `mfa${(people += 1)}@example.test`;
  const viewer = await users.viewerOf(await users.register(email));
  const { secret } = await run(viewer, ENROLL);
  const enabled = await run(viewer, CONFIRM, { code: codeOf(secret as string) });
  expect(enabled["__typename"]).toBe("MfaEnabled");
  // The code of the confirmation is used up: the next one begins half a minute later.
  users.pass(30);
  return { email, viewer, secret: secret as string, recoveryCodes: enabled["recoveryCodes"] as string[] };
}
async function newcomer(): Promise<{ email: string; viewer: Viewer }> {
  const email = `mfa${(people += 1)}@example.test`;
  return { email, viewer: await users.viewerOf(await users.register(email)) };
}
/** The session of a person who has shown both factors just now. */
const bothShown = async ({ email, secret }: { email: string; secret: string }): Promise<Viewer> => {
  users.pass(30);
  return users.viewerOf(await verify((await login(email))["challenge"] as string, { code: codeOf(secret) }));
};
const eventsOf = async ({ userId }: Viewer): Promise<unknown[]> => (await slice.owner.raw("select type from platform.outbox where aggregate_id = $1 order by position", [userId])).rows.map((row) => row["type"]);

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

describe("stepUp", () => {
  test("TokenPair: a password makes the same session fresh", async () => {
    const { viewer } = await newcomer();
    users.pass(STEP_UP_SECONDS + 60);
    expect((await run(viewer, ENROLL))["__typename"]).toBe("StepUpRequired");
    const pair = await run(viewer, STEP_UP, { input: { password: PASSWORD } });
    const fresh = await users.viewerOf(pair);
    expect(fresh).toMatchObject({ userId: viewer.userId, sessionId: viewer.sessionId, authenticatedAt: users.now().getTime() / 1000, methods: ["pwd"] });
    expect((await run(fresh, ENROLL))["__typename"]).toBe("MfaEnrolment");
    expect((await users.refresh(pair["refreshToken"] as string))["__typename"]).toBe("TokenPair");
  });

  test("TokenPair: with a second factor by that one, code or recovery code; InvalidValue: the password alone does not do", async () => {
    const me = await withMfa();
    expect(await run(me.viewer, STEP_UP, { input: { password: PASSWORD } })).toMatchObject({ __typename: "InvalidValue", path: ["input", "password"] });
    expect((await users.viewerOf(await run(me.viewer, STEP_UP, { input: { totpCode: codeOf(me.secret) } }))).methods).toEqual(["pwd", "otp", "mfa"]);
    expect((await users.viewerOf(await run(me.viewer, STEP_UP, { input: { recoveryCode: me.recoveryCodes[0] } }))).methods).toEqual(["pwd", "mfa"]);
  });

  test("InvalidValue: nothing, or more than one proof", async () => {
    const { viewer } = await newcomer();
    for (const input of [{}, { password: PASSWORD, totpCode: "123456" }, { totpCode: "123456", recoveryCode: "x" }]) expect((await run(viewer, STEP_UP, { input }))["__typename"]).toBe("InvalidValue");
  });

  test("InvalidCredentials, InvalidMfaCode: what is wrong, used, or of a person who has none", async () => {
    const { viewer } = await newcomer();
    for (const password of ["", "wrong password", "x".repeat(100_000), "a\0b"]) expect(await run(viewer, STEP_UP, { input: { password } })).toMatchObject({ __typename: "InvalidCredentials", path: ["input", "password"] });
    expect(await run(viewer, STEP_UP, { input: { totpCode: "123456" } })).toMatchObject({ __typename: "InvalidMfaCode", path: ["input", "totpCode"] });
    const me = await withMfa();
    const code = codeOf(me.secret);
    expect((await run(me.viewer, STEP_UP, { input: { totpCode: code } }))["__typename"]).toBe("TokenPair");
    expect((await run(me.viewer, STEP_UP, { input: { totpCode: code } }))["__typename"]).toBe("InvalidMfaCode");
    // Somebody else's code is nobody's.
    expect((await run(viewer, STEP_UP, { input: { recoveryCode: me.recoveryCodes[5] } }))["__typename"]).toBe("InvalidMfaCode");
  });

  test("RateLimited: passwords count together with those of login, so that a stolen token does not double the guesses", async () => {
    const { email, viewer } = await newcomer();
    const guesses = await Promise.all(Array.from({ length: 8 }, () => slice.graph.run(LOGIN, { input: { email, password: "wrong" } })));
    expect(guesses.map(({ data }) => data["answer"].__typename)).toEqual(Array.from({ length: 8 }, () => "InvalidCredentials"));
    const more = await Promise.all(Array.from({ length: 8 }, () => run(viewer, STEP_UP, { input: { password: "wrong" } })));
    expect(more.filter((answer) => answer["__typename"] === "InvalidCredentials")).toHaveLength(2);
    expect((await run(viewer, STEP_UP, { input: { password: PASSWORD } }))["__typename"]).toBe("RateLimited");
  });

  test("SessionNotFound: a session that ended, a token without one, somebody else's session", async () => {
    const one = await newcomer();
    const other = await newcomer();
    const gone = { __typename: "SessionNotFound", code: "SESSION_NOT_FOUND" };
    expect(await run(person(one.viewer.userId as string), STEP_UP, { input: { password: PASSWORD } })).toMatchObject(gone);
    expect(await run({ ...one.viewer, sessionId: other.viewer.sessionId as string }, STEP_UP, { input: { password: PASSWORD } })).toMatchObject(gone);
    await slice.owner.raw("update users.sessions set revoked_at = now(), revoked_why = 'REVOKED' where id = $1", [one.viewer.sessionId]);
    expect(await run(one.viewer, STEP_UP, { input: { password: PASSWORD } })).toMatchObject(gone);
  });
});

describe("recoveryCodesRenew and mfaDisable", () => {
  test("RecoveryCodes: ten new ones, and the old ones are void; of renewals at once one set counts", async () => {
    const me = await withMfa();
    const viewer = await bothShown(me);
    const renewed = (await run(viewer, RENEW))["recoveryCodes"] as string[];
    expect(new Set([...renewed, ...me.recoveryCodes]).size).toBe(20);
    expect((await run(viewer, STEP_UP, { input: { recoveryCode: me.recoveryCodes[0] } }))["__typename"]).toBe("InvalidMfaCode");
    const sets = await Promise.all(Array.from({ length: 4 }, () => run(viewer, RENEW)));
    expect(sets.map((set) => set["__typename"])).toEqual(Array.from({ length: 4 }, () => "RecoveryCodes"));
    expect((await slice.graph.as(viewer).run(ME)).data["me"]).toMatchObject({ mfa: { recoveryCodesLeft: 10 } });
    expect((await eventsOf(viewer)).filter((type) => type === "RecoveryCodesRenewed")).toHaveLength(5);
  });

  test("MfaDisabled: the login asks for the password alone, and old codes are worth nothing after it is turned on again", async () => {
    const me = await withMfa();
    expect(await run(await bothShown(me), DISABLE)).toMatchObject({ __typename: "MfaDisabled", mfa: { isEnabled: false, methods: [], recoveryCodesLeft: 0, enabledAt: null } });
    expect(await eventsOf(me.viewer)).toContain("MfaDisabled");
    const again = await login(me.email);
    expect(again["__typename"]).toBe("TokenPair");
    const viewer = await users.viewerOf(again);
    const { secret } = await run(viewer, ENROLL);
    await run(viewer, CONFIRM, { code: codeOf(secret as string) });
    expect((await run(viewer, STEP_UP, { input: { recoveryCode: me.recoveryCodes[0] } }))["__typename"]).toBe("InvalidMfaCode");
  });

  test("StepUpRequired: not by a session that has shown the password alone, however fresh, and not after five minutes", async () => {
    const me = await withMfa();
    for (const change of [RENEW, DISABLE]) {
      expect(await run({ ...me.viewer, authenticatedAt: users.now().getTime() / 1000 }, change)).toMatchObject({ __typename: "StepUpRequired" });
    }
    const viewer = await bothShown(me);
    users.pass(STEP_UP_SECONDS + 1);
    for (const change of [RENEW, DISABLE]) expect(await run(viewer, change)).toMatchObject({ __typename: "StepUpRequired", message: expect.stringContaining("stepUp") });
  });

  test("MfaNotEnabled: there is nothing to renew or to turn off", async () => {
    const { viewer } = await newcomer();
    for (const change of [RENEW, DISABLE]) expect(await run({ ...viewer, methods: ["pwd", "mfa"] }, change)).toMatchObject({ __typename: "MfaNotEnabled", code: "MFA_NOT_ENABLED" });
  });
});

describe("who may", () => {
  test("a guest changes and proves nothing", async () => {
    for (const [source, variables] of [[ENROLL, {}], [CONFIRM, { code: "123456" }], [DISABLE, {}], [RENEW, {}], [STEP_UP, { input: { password: PASSWORD } }]] as const) {
      expect((await slice.graph.run(source, variables)).errors?.[0]?.extensions).toMatchObject({ code: "UNAUTHENTICATED" });
    }
  });

  test("another's second factor is seen by who may see people's data, and by nobody else", async () => {
    const me = await withMfa();
    const MFA_OF = "query ($refs: [_Any!]!) { _entities(representations: $refs) { ... on User { mfa { isEnabled } } } }";
    const refs = [{ __typename: "User", id: `usr_${(me.viewer.userId as string).replaceAll("-", "")}` }];
    const seen = async (viewer: Viewer) => (await slice.graph.as(viewer).run(MFA_OF, { refs })).data["_entities"];
    expect(await seen(me.viewer)).toEqual([{ mfa: { isEnabled: true } }]);
    const other = await newcomer();
    expect(await seen(person(other.viewer.userId as string, "SUPPORT"))).toEqual([{ mfa: { isEnabled: true } }]);
    expect(await seen(person(other.viewer.userId as string, "ANALYST"))).toEqual([{ mfa: null }]);
    expect(await seen(other.viewer)).toEqual([null]);
  });
});
