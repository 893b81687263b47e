import { SQLSTATE, sqlState } from "#platform/db/errors.ts";
import { err, ok, type Result } from "#schema/values/result.ts";
import type { UsersContext } from "../../context.ts";
import { oneTimeTokenHash } from "../../ports/oneTimeTokens.ts";
import { markEmailVerified } from "../../queries/credentials.ts";
import { useOneTimeToken } from "../../queries/oneTimeTokens.ts";

export type EmailVerifyRefusal = { code: "INVALID_TOKEN" } | { code: "EMAIL_TAKEN" };

/** Proves the address of an account by the token that was mailed to it. Answers the address. */
export async function emailVerify({ db, viewer }: Pick<UsersContext, "db" | "viewer">, token: string): Promise<Result<string, EmailVerifyRefusal>> {
  const hash = oneTimeTokenHash(token);
  if (!hash) return err({ code: "INVALID_TOKEN" });
  try {
    const email = await db.tx(async (tx) => {
      const used = await useOneTimeToken(tx, hash, "VERIFY_EMAIL", viewer.userId);
      if (used) await markEmailVerified(tx, used.userId);
      return used?.email;
    });
    return typeof email !== "string" ? err({ code: "INVALID_TOKEN" }) : ok(email);
  } catch (error) {
    if (sqlState(error) === SQLSTATE.uniqueViolation) return err({ code: "EMAIL_TAKEN" });
    throw error;
  }
}
