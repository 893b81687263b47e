import { err, ok, type Result } from "#schema/values/result.ts";
import { idempotencyKeys, isIdempotencyKey } from "#kit/idempotency.ts";
import type { Viewer } from "#kit/viewer.ts";
import type { Clocks } from "#platform/clock.ts";
import type { Database, Tx } from "#platform/db/database.ts";

/** What a command works with. */
export interface CatalogParts {
  readonly db: Database;
  readonly clocks: Clocks;
  readonly viewer: Viewer;
  readonly requestId?: string;
}

export type IdempotencyRefusal =
  | { code: "INVALID_IDEMPOTENCY_KEY" }
  | { code: "IDEMPOTENCY_CONFLICT" }
  | { code: "REQUEST_IN_PROGRESS"; retryAfterSeconds: number };

/** The slice's idempotency keys. */
const keys = idempotencyKeys("catalog.idempotency_keys");
/** Everything happens in one transaction, so nobody is ever left half-way: the lease only has to be there. */
const LEASE_SECONDS = 30;
/** How long a stored answer is kept. */
const KEEP_DAYS = 30;

/** Who did it, as the ledger and the keys name them. */
export function actorOf(viewer: Viewer): string {
  return `user:${viewer.userId ?? "guest"}`;
}

/**
 * Does `work` once per key, in one transaction with its stored answer: the same call again gets that answer, the key with other
 * content is refused. A refusal keeps nothing, so the same key may succeed later. `answer` is JSON.
 */
export async function once<Answer, Refusal>(
  { db, viewer }: CatalogParts,
  { operation, key, content }: { operation: string; key: string; content: object },
  work: (tx: Tx) => Promise<Result<Answer, Refusal>>,
): Promise<Result<Answer, Refusal | IdempotencyRefusal>> {
  if (!isIdempotencyKey(key)) return err({ code: "INVALID_IDEMPOTENCY_KEY" });
  const call = { actor: actorOf(viewer), operation, key, content };
  return db.tx<Result<Answer, Refusal | IdempotencyRefusal>>(async (tx) => {
    const claim = await keys.claim(tx, call, LEASE_SECONDS);
    if (claim.kind === "CONFLICT") return err({ code: "IDEMPOTENCY_CONFLICT" });
    if (claim.kind === "RUNNING") return err({ code: "REQUEST_IN_PROGRESS", retryAfterSeconds: claim.retryAfterSeconds });
    if (claim.kind === "STORED") return ok(claim.response as Answer);
    const outcome = await work(tx);
    if (outcome.ok) await keys.finish(tx, call, outcome.value);
    else await keys.forget(tx, call);
    return outcome;
  }, { retries: 3 });
}

/** Forgets stored answers that nobody asks for any more. */
export function pruneKeys(db: Database): Promise<number> {
  return keys.prune(db, KEEP_DAYS);
}
