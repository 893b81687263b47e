import { err, ok, type Result } from "#schema/values/result.ts";
import type { UsersContext } from "../../context.ts";
import { type InvalidEmail, readNewEmail } from "../../domain/emailChange.ts";
import { requireStepUp, type StepUpRequired } from "../../domain/stepUp.ts";
import { wantAccountMail } from "../../queries/accountMails.ts";
import { findCredentials } from "../../queries/credentials.ts";
import { admitAttempt, type RateLimited } from "../admitAttempt.ts";

export type EmailChangeRequestRefusal = InvalidEmail | StepUpRequired | RateLimited;

/** Asks for a mail to another address that proves it, and tells the present one. Whether somebody has the other is not looked up here. Answers the new address. */
export async function emailChangeRequest(context: UsersContext, text: string): Promise<Result<string, EmailChangeRequestRefusal>> {
  const { db, clocks, viewer } = context;
  const userId = viewer.userId as string;
  const stale = requireStepUp(viewer, clocks);
  if (stale) return err(stale);
  const account = await findCredentials(db, userId);
  const email = readNewEmail(text, account ?? { email: null, isVerified: false });
  if (!email.ok) return email;
  const attempt = await admitAttempt(context, "mail", userId);
  if (attempt.refusal) return err(attempt.refusal);
  const at = clocks.business.now();
  if (account) {
    await db.tx(async (tx) => {
      await wantAccountMail(tx, { kind: "CHANGE_EMAIL", userId, email: email.value, at });
      if (account.email !== null && account.isVerified) await wantAccountMail(tx, { kind: "EMAIL_CHANGE_NOTICE", userId, email: account.email, at });
    });
  }
  return ok(email.value);
}
