import { err, ok, type Result } from "#schema/values/result.ts";
import type { UsersContext } from "../../context.ts";
import { readEmail } from "../../domain/registration.ts";
import { wantAccountMail } from "../../queries/accountMails.ts";
import { admitAttempt, type RateLimited } from "../admitAttempt.ts";

export type PasswordResetRequestRefusal = RateLimited | { code: "INVALID_EMAIL" };

/** Asks for a mail by which a new password can be chosen. Whether anybody has the address is not looked up here, so nothing can tell it. */
export async function passwordResetRequest(context: Pick<UsersContext, "db" | "clocks" | "attempts" | "ownAttempts" | "log">, text: string): Promise<Result<string, PasswordResetRequestRefusal>> {
  const email = readEmail(text);
  if (!email) return err({ code: "INVALID_EMAIL" });
  const attempt = await admitAttempt(context, "mail", email);
  if (attempt.refusal) return err(attempt.refusal);
  await context.db.tx((tx) => wantAccountMail(tx, { kind: "RESET_PASSWORD", userId: null, email, at: context.clocks.business.now() }));
  return ok(email);
}
