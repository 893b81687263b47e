import { err, ok, type Result } from "#schema/values/result.ts";
import type { UsersParts } from "../../context.ts";
import type { FactorProof, InvalidMfaCode } from "../../domain/secondFactor.ts";
import { stepOfCode } from "../../ports/totp.ts";
import { findFactor, useRecoveryCode, useTotpStep } from "../../queries/secondFactorChanges.ts";
import { tellUser } from "../../queries/userEvents.ts";
import { admitAttempt, type RateLimited } from "../admitAttempt.ts";

export interface ShownFactor {
  readonly userId: string;
  /** The known device it is shown on; undefined for an unknown one. */
  readonly device: string | undefined;
  /** What the code is called where it is asked for. */
  readonly field: string;
}

/** Codes of apps are a form of "otp" (RFC 8176); for recovery codes it has no name of their own. */
const METHODS = { code: ["otp", "mfa"], recoveryCode: ["mfa"] } as const;

/**
 * Takes a code of the person's app, or one of their recovery codes, and uses it up. A wrong code, one that was used and one of a
 * person without a second factor are the same answer. Attempts are counted before anything is looked at.
 */
export async function showSecondFactor(parts: UsersParts, { userId, device, field }: ShownFactor, proof: FactorProof): Promise<Result<readonly string[], InvalidMfaCode | RateLimited>> {
  const attempt = await admitAttempt(parts, proof.kind, userId, device);
  if (attempt.refusal) return err(attempt.refusal);
  const isRight = proof.kind === "code" ? await takeCode(parts, userId, proof.code) : await takeRecoveryCode(parts, userId, proof.code);
  if (!isRight) return err({ code: "INVALID_MFA_CODE", field: proof.kind === "code" ? field : "recoveryCode" });
  await attempt.excuse();
  return ok(METHODS[proof.kind]);
}

async function takeCode({ db, secrets, clocks }: UsersParts, userId: string, code: string): Promise<boolean> {
  const factor = await findFactor(db, userId);
  if (!factor?.confirmedAt) return false;
  const step = stepOfCode(secrets.open(factor.secretBox, userId), code, clocks.wall.now());
  return step !== undefined && useTotpStep(db, userId, step);
}

async function takeRecoveryCode({ db, secrets, clocks }: UsersParts, userId: string, code: string): Promise<boolean> {
  const mac = secrets.mac("recovery code", userId, code);
  return db.tx(async (tx) => {
    const isTaken = await useRecoveryCode(tx, userId, mac, clocks.wall.now());
    if (isTaken) await tellUser(tx, userId, "RecoveryCodeUsed", {}, clocks.business.now());
    return isTaken;
  });
}
