import { createHash } from "node:crypto";
import { type Cache, CacheUnavailable } from "#platform/cache/cache.ts";
import { ATTEMPT_POLICY, mayAttempt } from "../domain/attempts.ts";
import type { UsersParts } from "../context.ts";

export interface RateLimited {
  code: "RATE_LIMITED";
  retryAfterSeconds: number;
}

export interface AdmittedAttempt {
  refusal: RateLimited | undefined;
  /** Says that the attempt came to its end otherwise than by a wrong password: it is not held against the account. */
  excuse(): Promise<void>;
}

/** Counts an attempt for an account and for the shop before it is made, so that attempts at the same moment count as well. */
export async function admitAttempt(parts: Pick<UsersParts, "attempts" | "ownAttempts" | "log">, verb: "login" | "register", account: string): Promise<AdmittedAttempt> {
  try {
    return await admit(parts.attempts, verb, account);
  } catch (error) {
    if (!(error instanceof CacheUnavailable)) throw error;
    // Guessing must not become free because the shared cache is away: this process goes on counting alone.
    parts.log.warn({ error }, "attempts are counted by this process alone");
    return admit(parts.ownAttempts, verb, account);
  }
}

async function admit(cache: Cache, verb: string, account: string): Promise<AdmittedAttempt> {
  const { windowMs } = ATTEMPT_POLICY;
  // The address is not needed to count it, so it is not kept.
  const name = `users:${verb}:${createHash("sha256").update(account).digest("base64url")}`;
  const [own, overall] = await Promise.all([cache.incr(`${name}:attempts`, windowMs), cache.incr(`users:${verb}`, windowMs)]);
  const succeeded = own.count > ATTEMPT_POLICY.perAccount ? ((await cache.get<number>(`${name}:succeeded`)) ?? 0) : 0;
  const isAdmitted = mayAttempt({ account: own.count, succeeded, overall: overall.count });
  const waitMs = overall.count > ATTEMPT_POLICY.overall ? overall.endsInMs : own.endsInMs;
  return {
    refusal: isAdmitted ? undefined : { code: "RATE_LIMITED", retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)) },
    async excuse() {
      const known = (await cache.get<number>(`${name}:succeeded`)) ?? 0;
      // Ends with the window: a count that outlived it would let more guesses through in the next.
      await cache.set(`${name}:succeeded`, known + 1, { ttlMs: Math.max(1, Math.ceil(own.endsInMs)) });
    },
  };
}
