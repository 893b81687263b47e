import type { ClientInfo } from "#kit/subgraph.ts";
import { err, ok, type Result } from "#schema/values/result.ts";
import type { UsersParts } from "../context.ts";
import { PASSWORD_LENGTH } from "../domain/password.ts";
import { readEmail } from "../domain/registration.ts";
import { HashingBusy } from "../ports/passwordHash.ts";
import { knownDevice } from "../ports/deviceTokens.ts";
import { listForLogin, type LoginAccount } from "../queries/users.ts";
import { admitAttempt, type RateLimited } from "./admitAttempt.ts";
import { type MfaRequired, openChallenge } from "./mfa/openChallenge.ts";
import { openSession } from "./openSession.ts";
import type { TokenPair } from "./session/issueTokens.ts";

export type LoginRefusal = RateLimited | MfaRequired | { code: "INVALID_CREDENTIALS" };

/** Passwords compared by every login: the account that has proven the address, and the newest that claims it, whether there are such or not. */
const COMPARED = 2;

/**
 * Logs in with e-mail address and password. An unknown address, an account without password and a disabled one go the way of a
 * wrong password, hashes and all, so that neither text nor time tells them apart.
 */
export async function login(parts: UsersParts & { readonly client?: ClientInfo | undefined }, input: { email: string; password: string; deviceToken?: string | null }): Promise<Result<TokenPair, LoginRefusal>> {
  const email = readEmail(input.email);
  // Also for text that is no address, so that it takes its time.
  const accounts = await listForLogin(parts.db, email ?? "");
  const device = deviceOfAny(parts, accounts, input.deviceToken);
  const attempt = await admitAttempt(parts, "password", email ?? input.email.slice(0, 300), device?.name);
  if (attempt.refusal) return err(attempt.refusal);
  // A password of a megabyte would keep the hash busy for long; no stored one has that length.
  const password = input.password.length > PASSWORD_LENGTH.max * 4 ? "" : input.password;
  // On a known device with the account that it is known by alone: who opened an account with somebody's address knows a device too, and
  // would guess there at the other one, counted as one's own.
  const hashes = Array.from({ length: COMPARED }, (_, at) => (device && device.place !== at ? null : (accounts[at]?.passwordHash ?? null)));
  let account: LoginAccount | undefined;
  let isGuess = false;
  try {
    const place = await parts.hasher.verifyEach(hashes, password);
    // Who gets into an account that only claims the address has tried the password of the one that has proven it.
    isGuess = place !== undefined && hashes.slice(0, place).some((hash) => hash !== null);
    account = place === undefined ? undefined : accounts[place];
    if (!account?.user.isActive) return err({ code: "INVALID_CREDENTIALS" });
  } catch (error) {
    // Nothing was tried, so nothing counts.
    await attempt.excuse();
    if (error instanceof HashingBusy) return err({ code: "RATE_LIMITED", retryAfterSeconds: error.retryAfterSeconds });
    throw error;
  }
  if (!isGuess) await attempt.excuse();
  const challenge = await openChallenge(parts, account.user, { methods: ["pwd"], device: device?.name });
  if (challenge) return err(challenge);
  const session = await openSession(parts, account.user, { methods: ["pwd"] });
  return session ? ok(session) : err({ code: "INVALID_CREDENTIALS" });
}

function deviceOfAny({ secrets, clocks }: Pick<UsersParts, "secrets" | "clocks">, accounts: readonly LoginAccount[], token: string | null | undefined): { name: string; place: number } | undefined {
  for (const [place, { user }] of accounts.entries()) {
    const name = knownDevice(secrets, token, user, clocks.wall.now());
    if (name !== undefined) return { name, place };
  }
  return undefined;
}
