import { leaseSettings } from "#platform/config.ts";
import { type Claim, type IdempotentCall, idempotencyKeys, isIdempotencyKey } from "#kit/idempotency.ts";

/** The slice's idempotency keys. */
export const keys = idempotencyKeys("orders.idempotency_keys");

/** How long one attempt may be at work before another takes over: longer than a payment provider takes to answer. */
export const LEASE_SECONDS = leaseSettings().seconds;

export type IdempotencyRefusal =
  | { code: "INVALID_IDEMPOTENCY_KEY" }
  | { code: "IDEMPOTENCY_CONFLICT" }
  | { code: "REQUEST_IN_PROGRESS"; retryAfterSeconds: number };

export function checkKey(key: string): { code: "INVALID_IDEMPOTENCY_KEY" } | undefined {
  return isIdempotencyKey(key) ? undefined : { code: "INVALID_IDEMPOTENCY_KEY" };
}

/** The refusal of a claim that lets nobody go on, or undefined. */
export function refusalOf(claim: Claim): IdempotencyRefusal | undefined {
  if (claim.kind === "CONFLICT") return { code: "IDEMPOTENCY_CONFLICT" };
  if (claim.kind === "RUNNING") return { code: "REQUEST_IN_PROGRESS", retryAfterSeconds: claim.retryAfterSeconds };
  return undefined;
}

export type { IdempotentCall };
