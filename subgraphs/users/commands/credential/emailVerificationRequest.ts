import { err, ok, type Result } from "#schema/values/result.ts";
import type { UsersContext } from "../../context.ts";
import { wantAccountMail } from "../../queries/accountMails.ts";
import { findCredentials } from "../../queries/credentials.ts";
import { admitAttempt, type RateLimited } from "../admitAttempt.ts";

/** Sends the mail that proves the account's address once more; nothing where it is proven. Answers the address. */
export async function emailVerificationRequest(context: UsersContext): Promise<Result<string | undefined, RateLimited>> {
  const userId = context.viewer.userId as string;
  const attempt = await admitAttempt(context, "mail", userId);
  if (attempt.refusal) return err(attempt.refusal);
  const account = await findCredentials(context.db, userId);
  const email = account?.email;
  if (typeof email === "string" && !account?.isVerified) await context.db.tx((tx) => wantAccountMail(tx, { kind: "VERIFY_EMAIL", userId, email, at: context.clocks.business.now() }));
  return ok(email ?? undefined);
}
