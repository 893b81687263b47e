import { err, ok, type Result } from "#schema/values/result.ts";
import type { UsersContext } from "../../context.ts";
import { ENROLMENT_MS, type InvalidMfaCode, readCode } from "../../domain/secondFactor.ts";
import { type EmailNotVerified, requireProvenAddress } from "../../domain/user.ts";
import { stepOfCode } from "../../ports/totp.ts";
import { confirmFactor, findFactor, outdateProofs, replaceRecoveryCodes } from "../../queries/secondFactorChanges.ts";
import { tellUser } from "../../queries/userEvents.ts";
import { listUsersByIds } from "../../queries/users.ts";
import { admitAttempt, type RateLimited } from "../admitAttempt.ts";
import { makeRecoveryCodes } from "./makeRecoveryCodes.ts";

export type MfaConfirmRefusal = InvalidMfaCode | RateLimited | EmailNotVerified | { code: "MFA_ALREADY_ENABLED" } | { code: "MFA_NOT_STARTED" };

/**
 * Turns the second factor on with the first code of the app, and answers the recovery codes: the only time that they are seen.
 * Logins that were under way with the first factor alone come to nothing.
 */
export async function mfaConfirm(context: UsersContext, input: { code: string }): Promise<Result<readonly string[], MfaConfirmRefusal>> {
  const { db, clocks, secrets, viewer } = context;
  const userId = viewer.userId as string;
  const at = clocks.wall.now();
  // A proven address stays proven, so there is nothing to look at again below.
  const unproven = requireProvenAddress((await listUsersByIds(db, [userId]))[0]);
  if (unproven) return err(unproven);
  const factor = await findFactor(db, userId);
  if (factor?.confirmedAt) return err({ code: "MFA_ALREADY_ENABLED" });
  if (!factor || at.getTime() - factor.createdAt.getTime() > ENROLMENT_MS) return err({ code: "MFA_NOT_STARTED" });
  const code = readCode(input.code);
  if (code === undefined) return err({ code: "INVALID_MFA_CODE", field: "code" });
  const attempt = await admitAttempt(context, "code", userId);
  if (attempt.refusal) return err(attempt.refusal);
  const step = stepOfCode(secrets.open(factor.secretBox, userId), code, at);
  if (step === undefined) return err({ code: "INVALID_MFA_CODE", field: "code" });
  await attempt.excuse();
  const { codes, macs } = makeRecoveryCodes(context, userId);
  const isOn = await db.tx(async (tx) => {
    if (!(await confirmFactor(tx, userId, factor.secretBox, at, step))) return false;
    await replaceRecoveryCodes(tx, userId, macs, at);
    await outdateProofs(tx, userId);
    await tellUser(tx, userId, "MfaEnabled", {}, clocks.business.now());
    return true;
  });
  // Another request was quicker: it has confirmed this secret, or put another one in its place.
  return isOn ? ok(codes) : err({ code: "MFA_NOT_STARTED" });
}
