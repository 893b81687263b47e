import { createHash } from "node:crypto";
import { type Cache, CacheUnavailable } from "#platform/cache/cache.ts";
import { ATTEMPT_POLICIES, type AttemptPolicy, type AttemptPurpose, DAY_MS, mayAttempt, OVERALL_ATTEMPTS } from "../domain/attempts.ts";
import type { UsersParts } from "../context.ts";

export interface RateLimited {
  code: "RATE_LIMITED";
  retryAfterSeconds: number;
}

export interface AdmittedAttempt {
  refusal: RateLimited | undefined;
  /** Says that the attempt came to its end otherwise than by a wrong guess: it is not held against the account. */
  excuse(): Promise<void>;
}

/**
 * Counts an attempt for an account and for the shop before it is made, so that attempts at the same moment count as well.
 * A device that the account is known by (ports/deviceTokens.ts) counts for itself alone: guesses from elsewhere do not keep its
 * person out, and it may guess no more often than a stranger.
 */
export async function admitAttempt(parts: Pick<UsersParts, "attempts" | "ownAttempts" | "log">, purpose: AttemptPurpose, account: string, device?: string): Promise<AdmittedAttempt> {
  try {
    return await admit(parts.attempts, purpose, account, device);
  } catch (error) {
    if (!(error instanceof CacheUnavailable)) throw error;
    // Guessing must not become free because the shared cache is away: this process goes on counting alone.
    parts.log.warn({ error }, "attempts are counted by this process alone");
    return admit(parts.ownAttempts, purpose, account, device);
  }
}

/** Until when, by the clock that only grows, the shop's measure of a purpose is used up, as this process has learned. */
const full = new WeakMap<Cache, Map<AttemptPurpose, number>>();

interface Count { name: string; windowMs: number; limit: number }

async function admit(cache: Cache, purpose: AttemptPurpose, account: string, device: string | undefined): Promise<AdmittedAttempt> {
  // While the shop's measure is full no account is counted: names that nobody has would fill the memory of counts and push an account's own out of it.
  const fullForMs = device === undefined ? (full.get(cache)?.get(purpose) ?? 0) - performance.now() : 0;
  if (fullForMs > 0) return { refusal: rateLimited(fullForMs), excuse: async () => {} };
  const excuses: (() => Promise<void>)[] = [];
  for (const { name, windowMs, limit } of countsOf(purpose, account, device)) {
    const { count, endsInMs } = await cache.incr(`${name}:attempts`, windowMs);
    const succeeded = count > limit ? ((await cache.get<number>(`${name}:succeeded`)) ?? 0) : 0;
    if (!mayAttempt(count, succeeded, limit)) return { refusal: rateLimited(endsInMs), excuse: async () => {} };
    excuses.push(async () => {
      const known = (await cache.get<number>(`${name}:succeeded`)) ?? 0;
      // Ends with the window: a count that outlived it would let more guesses through in the next.
      await cache.set(`${name}:succeeded`, known + 1, { ttlMs: Math.max(1, Math.ceil(endsInMs)) });
    });
  }
  // Only what the account lets through counts for the shop: guesses at one account must not use up everybody's measure.
  if (device === undefined) {
    const { count, endsInMs } = await cache.incr(`users:${purpose}`, OVERALL_ATTEMPTS.windowMs);
    if (count > OVERALL_ATTEMPTS.attempts) {
      full.set(cache, new Map([...(full.get(cache) ?? []), [purpose, performance.now() + endsInMs]]));
      return { refusal: rateLimited(endsInMs), excuse: async () => {} };
    }
  }
  return {
    refusal: undefined,
    async excuse() {
      for (const excuse of excuses) await excuse();
    },
  };
}

function countsOf(purpose: AttemptPurpose, account: string, device: string | undefined): Count[] {
  const { windowMs, perAccount, perDay }: AttemptPolicy = ATTEMPT_POLICIES[purpose];
  // The account is not needed to count it, so it is not kept.
  const name = `users:${purpose}:${createHash("sha256").update(JSON.stringify([account, device ?? null])).digest("base64url")}`;
  return [{ name, windowMs, limit: perAccount }, ...(perDay === undefined ? [] : [{ name: `${name}:day`, windowMs: DAY_MS, limit: perDay }])];
}

const rateLimited = (waitMs: number): RateLimited => ({ code: "RATE_LIMITED", retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)) });
