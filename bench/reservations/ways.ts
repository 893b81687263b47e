import type { Database } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";
import { createReserver } from "#subgraphs/orders/queries/reserver.ts";

/** One way of holding a unit. Answers whether it is held, on disk. */
export interface Way {
  readonly hold: (variantId: string, reference: string) => Promise<boolean>;
  /** Transactions so far; undefined where each hold is one. */
  readonly commits: () => number | undefined;
}

const find = query({
  name: "bench.find",
  text: "select on_hand - reserved as free from bench.stock where variant_id = $1",
  params: ["uuid"], row: { free: "int8" }, budget: { access: "index", maxRows: 1 },
});
const lock = query({
  name: "bench.lock",
  text: "select on_hand - reserved as free from bench.stock where variant_id = $1 for update",
  params: ["uuid"], row: { free: "int8" }, budget: { access: "write", maxRows: 1 },
});
const take = query({
  name: "bench.take",
  text: "update bench.stock set reserved = reserved + 1 where variant_id = $1",
  params: ["uuid"], row: {}, budget: { access: "write", maxRows: 0 },
});
const note = query({
  name: "bench.note",
  text: "insert into bench.reservations (reference_id, variant_id, quantity, expires_at) values ($1, $2, 1, $3)",
  params: ["uuid", "uuid", "timestamptz"], row: {}, budget: { access: "write", maxRows: 0 },
});
const single = query({
  name: "bench.single",
  text: `with taken as (update bench.stock set reserved = reserved + 1 where variant_id = $2 and on_hand - reserved >= 1 returning variant_id)
    insert into bench.reservations (reference_id, variant_id, quantity, expires_at) select $1, variant_id, 1, $3 from taken`,
  params: ["uuid", "uuid", "timestamptz"], row: {}, budget: { access: "write", maxRows: 0 },
});

const holdUntil = () => new Date(Date.now() + 900_000);
const perHold = () => undefined;

function readCheckWrite(db: Database, read: typeof find): Way["hold"] {
  return (variantId, reference) => db.tx(async (tx) => {
    if ((await tx.one(read, [variantId])).free < 1n) return false;
    await tx.execute(take, [variantId]);
    await tx.execute(note, [reference, variantId, holdUntil()]);
    return true;
  });
}

export const WAYS = {
  unlocked: (db: Database): Way => ({ hold: readCheckWrite(db, find), commits: perHold }),
  naive: (db: Database): Way => ({ hold: readCheckWrite(db, lock), commits: perHold }),
  single: (db: Database): Way => ({ hold: async (variantId, reference) => (await db.execute(single, [reference, variantId, holdUntil()])) === 1, commits: perHold }),
  reserver(db: Database): Way {
    const reserver = createReserver(db);
    return {
      hold: async (variantId, reference) => (await reserver.reserve(reference, [{ variantId, quantity: 1n }], holdUntil())).length === 0,
      commits: () => reserver.stats.batches,
    };
  },
} as const;
export type WayName = keyof typeof WAYS;
