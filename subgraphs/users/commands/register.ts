import type { ClientInfo } from "#kit/subgraph.ts";
import { err, ok, type Result } from "#schema/values/result.ts";
import type { UsersParts } from "../context.ts";
import { readRegistration, type Registration, type RegistrationRefusal } from "../domain/registration.ts";
import { wantAccountMail } from "../queries/accountMails.ts";
import { insertUser } from "../queries/users.ts";
import { admitAttempt, type RateLimited } from "./admitAttempt.ts";
import { hashNewPassword } from "./credential/hashNewPassword.ts";
import { openSession } from "./openSession.ts";
import type { TokenPair } from "./session/issueTokens.ts";

export type RegisterRefusal = RegistrationRefusal | RateLimited;

/**
 * Opens an account as CUSTOMER and logs in. Always a new one, whoever has the address already: answer, statements and time are the same,
 * and only the mail, which goes to whoever reads it there, says whether the address can be proven (decision 0014).
 */
export async function register(parts: UsersParts & { readonly client?: ClientInfo | undefined }, input: Registration): Promise<Result<TokenPair, RegisterRefusal>> {
  const registration = readRegistration(input);
  if (!registration.ok) return registration;
  const { password, ...account } = registration.value;
  const attempt = await admitAttempt(parts, "register", account.email);
  if (attempt.refusal) return err(attempt.refusal);
  const hash = await hashNewPassword(parts, password, account.email);
  if (!hash.ok) return hash;
  const at = parts.clocks.business.now();
  const user = await parts.db.tx(async (tx) => {
    const made = await insertUser(tx, { ...account, passwordHash: hash.value, at });
    await wantAccountMail(tx, { kind: "VERIFY_EMAIL", userId: made.id, email: account.email, at });
    return made;
  });
  const session = await openSession(parts, user, { methods: ["pwd"] });
  if (!session) throw new Error("an account was changed while it was being opened");
  return ok(session);
}
