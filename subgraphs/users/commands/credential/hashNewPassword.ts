import { err, ok, type Result } from "#schema/values/result.ts";
import type { UsersParts } from "../../context.ts";
import { readPassword, type WeakPassword } from "../../domain/password.ts";
import { HashingBusy } from "../../ports/passwordHash.ts";
import type { RateLimited } from "../admitAttempt.ts";

/** The hash of a password that may be chosen for this address, or why it may not. */
export async function hashNewPassword({ hasher, knownPasswords }: Pick<UsersParts, "hasher" | "knownPasswords">, password: string, email: string | null): Promise<Result<string, WeakPassword | RateLimited>> {
  const read = readPassword(password, email);
  if (!read.ok) return read;
  if (await knownPasswords.isKnown(read.value)) return err({ code: "WEAK_PASSWORD", why: "COMMON" });
  try {
    return ok(await hasher.hash(read.value));
  } catch (error) {
    if (error instanceof HashingBusy) return err({ code: "RATE_LIMITED", retryAfterSeconds: error.retryAfterSeconds });
    throw error;
  }
}
