import { proofMode, seedSetting } from "#platform/config.ts";
import type { Kills } from "./crew.ts";

const PROOF = proofMode();

/** The seeds to run: one in `npm test`, `inProof` of them in `npm run proof`, or the one that MARTGRAPH_SEED names. */
export function seeds(inProof: number): number[] {
  const one = seedSetting();
  return one === undefined ? Array.from({ length: PROOF ? inProof : 1 }, (_, index) => index + 1) : [one];
}

/** In full a process dies every second; else a few times, so that a run has its end soon. */
export const fireSize = <Full, Small>(full: Full, small: Small): Full | Small => (PROOF ? full : small);
export const killsOf = (...afterAnswers: number[]): Kills => (PROOF ? { everyMs: 1_000 } : { afterAnswers });
export const PROCESSES = fireSize(6, 3);
export const RUN_TIMEOUT_MS = fireSize(1_800_000, 240_000);
export const IN_FULL = fireSize(", a process killed every second", ", processes killed now and then");
