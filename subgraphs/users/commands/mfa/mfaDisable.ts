import { err, ok, type Result } from "#schema/values/result.ts";
import type { UsersContext } from "../../context.ts";
import { requireSecondFactor, type StepUpRequired } from "../../domain/stepUp.ts";
import { removeFactorOf } from "../../queries/secondFactorChanges.ts";
import { tellUser } from "../../queries/userEvents.ts";

export type MfaDisableRefusal = StepUpRequired | { code: "MFA_NOT_ENABLED" };

/** Turns the second factor off; its recovery codes go with it. Only after it has been shown once more. */
export async function mfaDisable({ db, clocks, viewer }: Pick<UsersContext, "db" | "clocks" | "viewer">): Promise<Result<true, MfaDisableRefusal>> {
  const userId = viewer.userId as string;
  const stepUp = requireSecondFactor(viewer, clocks);
  if (stepUp) return err(stepUp);
  const isOff = await db.tx(async (tx) => {
    if (!(await removeFactorOf(tx, userId))) return false;
    await tellUser(tx, userId, "MfaDisabled", {}, clocks.business.now());
    return true;
  });
  return isOff ? ok(true) : err({ code: "MFA_NOT_ENABLED" });
}
