import type { Database } from "#platform/db/database.ts";
import { SQLSTATE, sqlState } from "#platform/db/errors.ts";
import { reserveStock } from "./catalogue.ts";

export interface Unit {
  readonly variantId: string;
  readonly quantity: bigint;
}

/** Fewer units than were asked for: `available` are left. */
export interface Short {
  readonly variantId: string;
  readonly available: bigint;
}

/** Holds stock durably, in transactions of its own. */
export interface StockReserver {
  /**
   * Holds all units for a reference (a checkout) until `holdUntil`, or none of them: answers the variants that are short. An empty
   * answer means held and on disk. The same reference again keeps what it holds.
   */
  reserve(reference: string, units: readonly Unit[], holdUntil: Date): Promise<readonly Short[]>;
}

export function createReserver(db: Database): StockReserver {
  return {
    async reserve(reference, units, holdUntil) {
      try {
        return await db.tx((tx) => reserveStock(tx, reference, units, holdUntil), { retries: 3 });
      } catch (error) {
        if (sqlState(error) === SQLSTATE.uniqueViolation) return [];
        throw error;
      }
    },
  };
}
