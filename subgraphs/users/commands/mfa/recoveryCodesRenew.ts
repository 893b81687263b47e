import { err, ok, type Result } from "#schema/values/result.ts";
import type { UsersContext } from "../../context.ts";
import { replaceRecoveryCodes } from "../../queries/secondFactorChanges.ts";
import { requireSecondFactor, type StepUpRequired } from "../../domain/stepUp.ts";
import { tellUser } from "../../queries/userEvents.ts";
import { makeRecoveryCodes } from "./makeRecoveryCodes.ts";

export type RecoveryCodesRenewRefusal = StepUpRequired | { code: "MFA_NOT_ENABLED" };

/** Ten new recovery codes in the place of all earlier ones. */
export async function recoveryCodesRenew(context: Pick<UsersContext, "db" | "clocks" | "viewer" | "secrets">): Promise<Result<readonly string[], RecoveryCodesRenewRefusal>> {
  const { db, clocks, viewer } = context;
  const userId = viewer.userId as string;
  const stepUp = requireSecondFactor(viewer, clocks);
  if (stepUp) return err(stepUp);
  const { codes, macs } = makeRecoveryCodes(context, userId);
  const isDone = await db.tx(async (tx) => {
    if (!(await replaceRecoveryCodes(tx, userId, macs, clocks.wall.now()))) return false;
    await tellUser(tx, userId, "RecoveryCodesRenewed", {}, clocks.business.now());
    return true;
  });
  return isDone ? ok(codes) : err({ code: "MFA_NOT_ENABLED" });
}
