import { err, ok, type Result } from "#schema/values/result.ts";
import type { UsersParts } from "../context.ts";
import { PASSWORD_LENGTH } from "../domain/password.ts";
import { HashingBusy } from "../ports/passwordHash.ts";
import { findPasswordHash } from "../queries/passwords.ts";
import { admitAttempt, type RateLimited } from "./admitAttempt.ts";

/**
 * Whether this is the password of an account that is logged in. Counted together with logins: a stolen access token does not double the
 * guesses. `device` is the known device it is asked on.
 */
export async function checkPassword(parts: UsersParts, user: { readonly id: string; readonly email: string | null }, password: string, device?: string): Promise<Result<true, RateLimited | { code: "INVALID_CREDENTIALS" }>> {
  const attempt = await admitAttempt(parts, "password", user.email ?? user.id, device);
  if (attempt.refusal) return err(attempt.refusal);
  try {
    const matches = await parts.hasher.verify(await findPasswordHash(parts.db, user.id), password.length > PASSWORD_LENGTH.max * 4 ? "" : password);
    if (!matches) return err({ code: "INVALID_CREDENTIALS" });
  } catch (error) {
    // Nothing was tried, so nothing counts.
    await attempt.excuse();
    if (error instanceof HashingBusy) return err({ code: "RATE_LIMITED", retryAfterSeconds: error.retryAfterSeconds });
    throw error;
  }
  await attempt.excuse();
  return ok(true);
}
