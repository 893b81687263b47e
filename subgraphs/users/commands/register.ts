import type { ClientInfo } from "#kit/subgraph.ts";
import { err, ok, type Result } from "#schema/values/result.ts";
import type { UsersParts } from "../context.ts";
import { readRegistration, type Registration, type RegistrationRefusal } from "../domain/registration.ts";
import { HashingBusy } from "../ports/passwordHash.ts";
import { insertUser } from "../queries/users.ts";
import { admitAttempt, type RateLimited } from "./admitAttempt.ts";
import { openSession } from "./openSession.ts";
import type { TokenPair } from "./session/issueTokens.ts";

export type RegisterRefusal = RegistrationRefusal | RateLimited | { code: "EMAIL_TAKEN" };

/** Opens an account as CUSTOMER and logs in. */
export async function register(parts: UsersParts & { readonly client?: ClientInfo | undefined }, input: Registration): Promise<Result<TokenPair, RegisterRefusal>> {
  const registration = readRegistration(input);
  if (!registration.ok) return registration;
  const { password, ...account } = registration.value;
  const attempt = await admitAttempt(parts, "register", account.email);
  if (attempt.refusal) return err(attempt.refusal);
  try {
    const passwordHash = await parts.hasher.hash(password);
    const user = await parts.db.tx((tx) => insertUser(tx, { ...account, passwordHash, at: parts.clocks.business.now() }));
    if (!user) return err({ code: "EMAIL_TAKEN" });
    const session = await openSession(parts, user, { methods: ["pwd"] });
    if (!session) throw new Error("an account was changed while it was being opened");
    return ok(session);
  } catch (error) {
    if (error instanceof HashingBusy) return err({ code: "RATE_LIMITED", retryAfterSeconds: error.retryAfterSeconds });
    throw error;
  }
}
