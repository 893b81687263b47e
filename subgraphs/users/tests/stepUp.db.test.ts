import { describe, expect, test } from "vitest";
import { person } from "#kit/testing/graphOf.ts";
import type { Viewer } from "#kit/viewer.ts";
import { STEP_UP_SECONDS } from "../domain/stepUp.ts";
import { CONFIRM, DISABLE, ENROLL, LOGIN, ME, PASSWORD, RENEW, STEP_UP, useMfaSlice } from "./mfaSlice.ts";

const { users, slice, run, login, codeOf, withMfa, newcomer, bothShown, eventsOf } = useMfaSlice();

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
