import { createHash } from "node:crypto";
import { ATTEMPT_POLICY, waitFor } from "../domain/attempts.ts";
import type { UsersParts } from "../context.ts";

export interface RateLimited {
  code: "RATE_LIMITED";
  retryAfterSeconds: number;
}

export interface AdmittedAttempt {
  refusal: RateLimited | undefined;
  /** Takes the attempt back: one that succeeded does not count. */
  takeBack(): Promise<void>;
}

/** Counts an attempt for an account and for the shop before it is made, so that attempts at the same moment count as well. */
export async function admitAttempt({ attempts, clocks }: Pick<UsersParts, "attempts" | "clocks">, verb: string, account: string): Promise<AdmittedAttempt> {
  const { windowSeconds } = ATTEMPT_POLICY;
  const seconds = Math.floor(clocks.wall.now().getTime() / 1000);
  const window = Math.floor(seconds / windowSeconds);
  // The address is not needed to count it, so it is not kept.
  const keys = [`${verb}:${window}:${createHash("sha256").update(account).digest("base64url")}`, `${verb}:${window}`];
  const [accountCount, overall] = await Promise.all(keys.map((key) => attempts.increment(key, 1, windowSeconds * 2)));
  const wait = waitFor({ account: accountCount ?? 0, overall: overall ?? 0, secondsLeft: windowSeconds - (seconds % windowSeconds) });
  return {
    refusal: wait === undefined ? undefined : { code: "RATE_LIMITED", retryAfterSeconds: wait },
    takeBack: async () => void (await Promise.all(keys.map((key) => attempts.increment(key, -1, windowSeconds * 2)))),
  };
}
