import { generateSync } from "otplib";
import { expect } from "vitest";
import type { Answer } from "#kit/testing/graphOf.ts";
import type { Viewer } from "#kit/viewer.ts";
import { PAIR, useUsersSlice } from "./sessionSlice.ts";

const ERROR = "... on UserError { code message path }";
const MFA = "isEnabled methods recoveryCodesLeft enabledAt";
export const ENROLL = `mutation { answer: mfaEnroll { __typename ... on MfaEnrolment { secret otpauthUri expiresAt } ${ERROR} } }`;
export const CONFIRM = `mutation ($code: String!) { answer: mfaConfirm(input: { code: $code }) { __typename ... on MfaEnabled { recoveryCodes mfa { ${MFA} } } ${ERROR} } }`;
export const DISABLE = `mutation { answer: mfaDisable { __typename ... on MfaDisabled { mfa { ${MFA} } } ${ERROR} } }`;
export const RENEW = `mutation { answer: recoveryCodesRenew { __typename ... on RecoveryCodes { recoveryCodes } ${ERROR} } }`;
export const LOGIN = `mutation ($input: LoginInput!) { answer: login(input: $input) { __typename ... on MfaRequired { challenge methods expiresAt } ... on TokenPair { ${PAIR} deviceToken } ${ERROR} } }`;
const VERIFY = `mutation ($input: MfaVerifyInput!) { answer: mfaVerify(input: $input) { __typename ... on TokenPair { ${PAIR} deviceToken } ${ERROR} ... on RateLimited { retryAfterSeconds } } }`;
export const STEP_UP = `mutation ($input: StepUpInput!) { answer: stepUp(input: $input) { __typename ... on TokenPair { ${PAIR} } ${ERROR} } }`;
export const ME = `{ me { mfa { ${MFA} } } }`;

export const PASSWORD = "correct horse battery";

/** The users slice and people with a second factor, for the calling test file. */
export function useMfaSlice() {
  const users = useUsersSlice();
  const { slice } = users;
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
  async function proven(email: string): Promise<Answer> {
    const pair = await users.register(email);
    await slice.owner.raw("update users.users set email_verified_at = now() where email = $1", [email]);
    return pair;
  }
  /** A new person with a fresh session, and what their authenticator app knows. */
  async function withMfa(): Promise<{ email: string; viewer: Viewer; secret: string; recoveryCodes: string[] }> {
    const email = `mfa${(people += 1)}@example.test`;
    const viewer = await users.viewerOf(await proven(email));
    const { secret } = await run(viewer, ENROLL);
    const enabled = await run(viewer, CONFIRM, { code: codeOf(secret as string) });
    expect(enabled["__typename"]).toBe("MfaEnabled");
    // The code of the confirmation is used up: the next one begins half a minute later.
    users.pass(30);
    return { email, viewer, secret: secret as string, recoveryCodes: enabled["recoveryCodes"] as string[] };
  }
  async function newcomer(): Promise<{ email: string; viewer: Viewer }> {
    const email = `mfa${(people += 1)}@example.test`;
    return { email, viewer: await users.viewerOf(await proven(email)) };
  }
  /** The session of a person who has shown both factors just now. */
  const bothShown = async ({ email, secret }: { email: string; secret: string }): Promise<Viewer> => {
    users.pass(30);
    return users.viewerOf(await verify((await login(email))["challenge"] as string, { code: codeOf(secret) }));
  };
  const eventsOf = async ({ userId }: Viewer): Promise<unknown[]> => (await slice.owner.raw("select type from platform.outbox where aggregate_id = $1 order by position", [userId])).rows.map((row) => row["type"]);
  return { users, slice, run, login, verify, codeOf, wrong, withMfa, newcomer, bothShown, eventsOf };
}
