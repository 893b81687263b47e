import { err, ok, type Result } from "#schema/values/result.ts";
import type { UsersContext } from "../../context.ts";
import { ENROLMENT_MS } from "../../domain/secondFactor.ts";
import { requireStepUp, type StepUpRequired } from "../../domain/stepUp.ts";
import { type EmailNotVerified, requireProvenAddress } from "../../domain/user.ts";
import { newTotpSecret, totpUri } from "../../ports/totp.ts";
import { enrolFactor } from "../../queries/secondFactorChanges.ts";
import { listUsersByIds } from "../../queries/users.ts";

export type MfaEnrollRefusal = StepUpRequired | EmailNotVerified | { code: "MFA_ALREADY_ENABLED" };

export interface Enrolment {
  secret: string;
  otpauthUri: string;
  expiresAt: Date;
}

/** Hands out a secret for an authenticator app. Nothing changes for the account until a code of it has been shown. */
export async function mfaEnroll({ db, clocks, viewer, secrets }: Pick<UsersContext, "db" | "clocks" | "viewer" | "secrets">): Promise<Result<Enrolment, MfaEnrollRefusal>> {
  const userId = viewer.userId as string;
  const stepUp = requireStepUp(viewer, clocks);
  if (stepUp) return err(stepUp);
  const [user] = await listUsersByIds(db, [userId]);
  const unproven = requireProvenAddress(user);
  if (unproven) return err(unproven);
  const at = clocks.wall.now();
  const secret = newTotpSecret();
  if (!(await enrolFactor(db, userId, secrets.seal(secret, userId), at))) return err({ code: "MFA_ALREADY_ENABLED" });
  return ok({ secret, otpauthUri: totpUri(secret, user?.email ?? user?.displayName ?? "account"), expiresAt: new Date(at.getTime() + ENROLMENT_MS) });
}
