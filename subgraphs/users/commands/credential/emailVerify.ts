import { SQLSTATE, sqlState } from "#platform/db/errors.ts";
import { err, ok, type Result } from "#schema/values/result.ts";
import type { UsersContext } from "../../context.ts";
import { oneTimeTokenHash } from "../../ports/oneTimeTokens.ts";
import { useOneTimeToken } from "../../queries/oneTimeTokens.ts";
import { proveAddress } from "./proveAddress.ts";

export type EmailVerifyRefusal = { code: "INVALID_TOKEN" } | { code: "EMAIL_TAKEN" };

/** Proves the address of an account by the token that was mailed to it, and ends what was made of the account before. Answers the address. */
export async function emailVerify({ db, clocks, viewer }: Pick<UsersContext, "db" | "clocks" | "viewer">, token: string): Promise<Result<string, EmailVerifyRefusal>> {
  const hash = oneTimeTokenHash(token);
  if (!hash) return err({ code: "INVALID_TOKEN" });
  try {
    const email = await db.tx(async (tx) => {
      const used = await useOneTimeToken(tx, hash, "VERIFY_EMAIL", viewer.userId);
      if (used) await proveAddress(tx, { clocks }, { userId: used.userId, keep: viewer.sessionId ?? null });
      return used?.email;
    });
    return typeof email !== "string" ? err({ code: "INVALID_TOKEN" }) : ok(email);
  } catch (error) {
    if (sqlState(error) === SQLSTATE.uniqueViolation) return err({ code: "EMAIL_TAKEN" });
    throw error;
  }
}
