import type { Money } from "#schema/values/money.ts";

/**
 * STANDING holds until the next standing one. TEMPORARY lies above the standing one and was given its own end. RESUMED is a standing
 * one that goes on after a temporary one.
 */
export type PriceKind = "STANDING" | "TEMPORARY" | "RESUMED";

/** Where a price stands in time. */
export type PriceState = "PLANNED" | "IN_FORCE" | "ENDED" | "CANCELLED";

/** A price in force at some moment. */
export interface CurrentPrice {
  /** UUID. */
  readonly id: string;
  readonly amount: Money;
  /** Shown crossed out; higher than the amount. */
  readonly compareAt: Money | null;
  readonly kind: PriceKind;
  readonly validFrom: Date;
  /** Null where nothing ends it yet. Of a standing price this gives away what is planned: not for everybody's eyes. */
  readonly validTo: Date | null;
}
