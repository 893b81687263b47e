import { SQLSTATE, sqlState } from "#platform/db/errors.ts";
import { err, ok, type Result } from "#schema/values/result.ts";
import type { UsersContext } from "../../context.ts";
import type { WeakPassword } from "../../domain/password.ts";
import { oneTimeTokenHash } from "../../ports/oneTimeTokens.ts";
import { wantAccountMail } from "../../queries/accountMails.ts";
import { changePassword } from "../../queries/credentials.ts";
import { findOneTimeToken, useOneTimeToken } from "../../queries/oneTimeTokens.ts";
import { revokeSessions } from "../../queries/sessions.ts";
import type { RateLimited } from "../admitAttempt.ts";
import { hashNewPassword } from "./hashNewPassword.ts";
import { proveAddress } from "./proveAddress.ts";

export type PasswordResetRefusal = { code: "INVALID_TOKEN" } | WeakPassword | RateLimited;

/** Chooses a new password by the token that was mailed, ends every session, and notes that the address is read. Answers how many sessions ended. */
export async function passwordReset(context: Pick<UsersContext, "db" | "clocks" | "hasher" | "knownPasswords">, { token, password }: { token: string; password: string }): Promise<Result<number, PasswordResetRefusal>> {
  const { db, clocks } = context;
  const secretHash = oneTimeTokenHash(token);
  // Looked at first: only who holds a good token can make us hash, and a weak password does not use the token up.
  const found = secretHash && (await findOneTimeToken(db, secretHash, "RESET_PASSWORD"));
  if (!secretHash || !found) return err({ code: "INVALID_TOKEN" });
  const hash = await hashNewPassword(context, password, found.email);
  if (!hash.ok) return hash;
  try {
    return await db.tx<Result<number, PasswordResetRefusal>>(async (tx) => {
      const used = await useOneTimeToken(tx, secretHash, "RESET_PASSWORD", null);
      if (!used || !(await changePassword(tx, { userId: used.userId, passwordHash: hash.value, epoch: null }))) return err({ code: "INVALID_TOKEN" });
      // First, so that they are counted.
      const ended = await revokeSessions(tx, { userId: used.userId, why: "PASSWORD", keep: null, at: clocks.wall.now() });
      await proveAddress(tx, context, { userId: used.userId, keep: null });
      if (used.email !== null) await wantAccountMail(tx, { kind: "PASSWORD_NOTICE", userId: used.userId, email: used.email, at: clocks.business.now() });
      return ok(ended);
    });
  } catch (error) {
    // Somebody else has proven the address since the mail was written: it no longer leads to this account.
    if (sqlState(error) === SQLSTATE.uniqueViolation) return err({ code: "INVALID_TOKEN" });
    throw error;
  }
}
