import { err, ok, type Result } from "#schema/values/result.ts";
import type { UsersContext } from "../../context.ts";
import type { WeakPassword } from "../../domain/password.ts";
import { requireStepUp, type StepUpRequired } from "../../domain/stepUp.ts";
import { knownDevice } from "../../ports/deviceTokens.ts";
import { wantAccountMail } from "../../queries/accountMails.ts";
import { changePassword, findCredentials } from "../../queries/credentials.ts";
import { secondFactorOf } from "../../queries/secondFactor.ts";
import { revokeSessions } from "../../queries/sessions.ts";
import type { RateLimited } from "../admitAttempt.ts";
import { checkPassword } from "../checkPassword.ts";
import { hashNewPassword } from "./hashNewPassword.ts";

export type PasswordChangeRefusal = { code: "INVALID_CREDENTIALS" } | WeakPassword | StepUpRequired | RateLimited;

/**
 * Changes one's own password and ends every other session. The present password is the fresh proof; where there is a second factor, a
 * step-up is asked for as well. Answers how many sessions ended.
 */
export async function passwordChange(context: UsersContext, input: { currentPassword: string; password: string; deviceToken?: string | null }): Promise<Result<number, PasswordChangeRefusal>> {
  const { db, clocks, viewer, secrets } = context;
  const userId = viewer.userId as string;
  const account = await findCredentials(db, userId);
  if (!account) return err({ code: "INVALID_CREDENTIALS" });
  const stale = (await secondFactorOf(db, userId)) && requireStepUp(viewer, clocks);
  if (stale) return err(stale);
  const device = knownDevice(secrets, input.deviceToken, { id: userId, isEmailVerified: account.isVerified }, clocks.wall.now());
  const checked = await checkPassword(context, { id: userId, email: account.email }, input.currentPassword, device);
  if (!checked.ok) return checked;
  const hash = await hashNewPassword(context, input.password, account.email);
  if (!hash.ok) return hash;
  return db.tx<Result<number, PasswordChangeRefusal>>(async (tx) => {
    // Of two changes at once the second was proven by a password that is no more.
    if (!(await changePassword(tx, { userId, passwordHash: hash.value, epoch: account.epoch }))) return err({ code: "INVALID_CREDENTIALS" });
    const ended = await revokeSessions(tx, { userId, why: "PASSWORD", keep: viewer.sessionId ?? null, at: clocks.wall.now() });
    if (account.email !== null) await wantAccountMail(tx, { kind: "PASSWORD_NOTICE", userId, email: account.email, at: clocks.business.now() });
    return ok(ended);
  });
}
