import { err, ok, type Result } from "#schema/values/result.ts";
import type { UsersParts } from "../context.ts";
import { readRegistration, type Registration, type RegistrationRefusal } from "../domain/registration.ts";
import { HashingBusy } from "../ports/passwordHash.ts";
import { insertUser } from "../queries/users.ts";
import { admitAttempt, type RateLimited } from "./admitAttempt.ts";
import { openSession, type Session } from "./openSession.ts";

export type RegisterRefusal = RegistrationRefusal | RateLimited | { code: "EMAIL_TAKEN" };

/** Opens an account as CUSTOMER and logs in. */
export async function register(parts: UsersParts, input: Registration): Promise<Result<Session, RegisterRefusal>> {
  const registration = readRegistration(input);
  if (!registration.ok) return registration;
  const { password, ...account } = registration.value;
  const attempt = await admitAttempt(parts, "register", account.email);
  if (attempt.refusal) return err(attempt.refusal);
  try {
    const passwordHash = await parts.hasher.hash(password);
    const user = await parts.db.tx((tx) => insertUser(tx, { ...account, passwordHash, at: parts.clocks.business.now() }));
    if (!user) return err({ code: "EMAIL_TAKEN" });
    return ok(await openSession(parts, user));
  } catch (error) {
    if (error instanceof HashingBusy) return err({ code: "RATE_LIMITED", retryAfterSeconds: error.retryAfterSeconds });
    throw error;
  }
}
