import type { Database } from "#platform/db/database.ts";
import { createGroupCommit, type GroupCommit } from "#platform/db/groupCommit.ts";
import { query } from "#platform/db/query.ts";

export interface Unit {
  readonly variantId: string;
  readonly quantity: bigint;
}

/** Fewer units than were asked for: `available` are left. */
export interface Short {
  readonly variantId: string;
  readonly available: bigint;
}

/** Holds stock durably, in transactions of its own that many callers share. */
export interface StockReserver {
  /**
   * Holds all units for a reference (a checkout) until `holdUntil`, or none of them: answers the variants that are short. An empty
   * answer means held and on disk. The same reference again keeps what it holds. Warehouses of `countryCode` are taken from first.
   */
  reserve(reference: string, units: readonly Unit[], holdUntil: Date, countryCode?: string | null): Promise<readonly Short[]>;
  readonly stats: GroupCommit<unknown, unknown>["stats"];
}

interface Wanted {
  readonly reference: string;
  readonly units: readonly Unit[];
  readonly holdUntil: Date;
  readonly countryCode: string | null;
}

/** Most references of one transaction. */
const MAX_BATCH = 256;

const reserveMany = query({
  name: "orders.reserveMany",
  text: "select place, variant_id, available from catalog.reserve_many($1, $2, $3, $4, $5, $6)",
  params: ["uuid[]", "timestamptz[]", "text[]", "int4[]", "uuid[]", "int8[]"],
  row: { place: "int4", variant_id: "uuid", available: "int8" },
  // every line of every reference may be short
  budget: { access: "write", maxRows: MAX_BATCH * 1_000 },
});

export function createReserver(db: Database): StockReserver {
  const group = createGroupCommit<Wanted, readonly Short[]>({
    maxBatch: MAX_BATCH,
    async commit(wanted) {
      const lines = wanted.flatMap(({ units }, index) => units.map((unit) => ({ ...unit, place: index + 1 })));
      const short = await db.many(reserveMany, [
        wanted.map((one) => one.reference), wanted.map((one) => one.holdUntil), wanted.map((one) => one.countryCode) as string[],
        lines.map((line) => line.place), lines.map((line) => line.variantId), lines.map((line) => line.quantity),
      ]);
      const answers: Short[][] = wanted.map(() => []);
      for (const { place, variant_id: variantId, available } of short) answers[place - 1]?.push({ variantId, available });
      return answers;
    },
  });
  return {
    reserve: async (reference, units, holdUntil, countryCode) => (units.length === 0 ? [] : group.submit({ reference, units, holdUntil, countryCode: countryCode ?? null })),
    stats: group.stats,
  };
}
