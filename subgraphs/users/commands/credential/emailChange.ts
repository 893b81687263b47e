import { SQLSTATE, sqlState } from "#platform/db/errors.ts";
import { err, ok, type Result } from "#schema/values/result.ts";
import type { UsersContext } from "../../context.ts";
import { oneTimeTokenHash } from "../../ports/oneTimeTokens.ts";
import { changeEmail } from "../../queries/credentials.ts";
import { useOneTimeToken } from "../../queries/oneTimeTokens.ts";
import type { EmailVerifyRefusal } from "./emailVerify.ts";

/** Gives an account the address that the token was mailed to. Answers the address. */
export async function emailChange({ db, viewer }: Pick<UsersContext, "db" | "viewer">, token: string): Promise<Result<string, EmailVerifyRefusal>> {
  const hash = oneTimeTokenHash(token);
  if (!hash) return err({ code: "INVALID_TOKEN" });
  try {
    const email = await db.tx(async (tx) => {
      const used = await useOneTimeToken(tx, hash, "CHANGE_EMAIL", viewer.userId);
      if (!used?.newEmail) return undefined;
      await changeEmail(tx, used.userId, used.newEmail);
      return used.newEmail;
    });
    return email === undefined ? err({ code: "INVALID_TOKEN" }) : ok(email);
  } catch (error) {
    if (sqlState(error) === SQLSTATE.uniqueViolation) return err({ code: "EMAIL_TAKEN" });
    throw error;
  }
}
