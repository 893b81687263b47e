import { err, ok, type Result } from "#schema/values/result.ts";
import type { Tx } from "#platform/db/database.ts";
import { type Commanded, keyOwnerOf } from "../../context.ts";
import { checkKey, type IdempotencyRefusal, keys, LEASE_SECONDS, refusalOf } from "../idempotency.ts";

/** Ends a transaction with an outcome that was to be expected; nothing of it stays. */
class Refused extends Error {
  readonly refusal: { readonly code: string };
  constructor(refusal: { readonly code: string }) {
    super(refusal.code);
    this.refusal = refusal;
  }
}

export function refuse<R extends { readonly code: string }>(refusal: R): never {
  throw new Refused(refusal);
}

/** One transaction that may end in `refuse`. */
export async function inOneGo<A, R extends { readonly code: string }>({ db }: Commanded, work: (tx: Tx) => Promise<A>): Promise<Result<A, R>> {
  try {
    return ok(await db.tx(work, { retries: 3 }));
  } catch (error) {
    if (error instanceof Refused) return err(error.refusal as R);
    throw error;
  }
}

/**
 * The same under an idempotency key: the key and the answer are stored in the transaction of the work, so a key without an answer
 * has had no effect. The answer is JSON; `secret` is how a guest has proven to be the caller.
 */
export async function once<A, R extends { readonly code: string }>(
  parts: Commanded, call: { operation: string; key: string; content: unknown; secret?: string | undefined }, work: (tx: Tx) => Promise<A>,
): Promise<Result<A, R | IdempotencyRefusal>> {
  const badKey = checkKey(call.key);
  if (badKey) return err(badKey);
  const named = { actor: keyOwnerOf(parts.viewer, call.secret), ...call };
  return inOneGo<A, R | IdempotencyRefusal>(parts, async (tx) => {
    const claim = await keys.claim(tx, named, LEASE_SECONDS);
    const refusal = refusalOf(claim);
    if (refusal) refuse(refusal);
    if (claim.kind === "STORED") return claim.response as A;
    const answer = await work(tx);
    await keys.finish(tx, named, answer);
    return answer;
  });
}
