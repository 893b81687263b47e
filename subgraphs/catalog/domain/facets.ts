import type { ProductFilter } from "./productFilter.ts";

/** Products counted at most: counting more would let one question read the whole of a large catalogue. */
export const MAX_COUNTED = 10_000;
/** Groups of one kind at most. */
export const MAX_GROUPS = 50;

/** Where the ranges of price begin, in units of the currency: three to a power of ten. */
export const PRICE_EDGES = ["0", "1", "2", "5", "10", "20", "50", "100", "200", "500", "1000", "2000", "5000", "10000", "20000", "50000", "100000", "200000", "500000", "1000000"] as const;

/** Mean ratings that are offered: each, or better. */
export const RATING_EDGES = [4, 3, 2, 1] as const;

/** Products with one value of an attribute. */
export interface ValueCounts {
  /** As a filter names it. */
  readonly value: string;
  readonly label: string;
  readonly count: number;
}
/** Products with a number from `min` on and below `below`; undefined for no bound. */
export interface RangeCounts {
  readonly min: number | undefined;
  readonly below: number | undefined;
  readonly count: number;
}
export interface AttributeCounts {
  readonly code: string;
  readonly name: string;
  readonly unit: string | null;
  readonly values: readonly ValueCounts[];
  readonly ranges: readonly RangeCounts[];
}

/** Counts by group; each leaves its own filter out and keeps the others. */
export interface FacetCounts {
  /** Products that match every filter, at most {@link MAX_COUNTED}. */
  readonly total: number;
  readonly categories: readonly { id: string; count: number }[];
  readonly brands: readonly { id: string; count: number }[];
  readonly vendors: readonly { id: string; count: number }[];
  /** By place in {@link PRICE_EDGES}. */
  readonly prices: readonly { edge: number; count: number }[];
  readonly availability: readonly { inStock: boolean; count: number }[];
  /** Products rated `min` or better. */
  readonly ratings: readonly { min: number; count: number }[];
  /** Those that may be filtered by; those that most products have first. */
  readonly attributes: readonly AttributeCounts[];
}

export const NO_COUNTS: FacetCounts = { total: 0, categories: [], brands: [], vendors: [], prices: [], availability: [], ratings: [], attributes: [] };

/** A range of price as the graph shows it. */
export function priceRange(edge: number): { min: string; below: string | null } {
  return { min: PRICE_EDGES[edge] ?? "0", below: PRICE_EDGES[edge + 1] ?? null };
}

/** Whether the filter asks for exactly this range. */
export function isRangeOf({ price }: ProductFilter, edge: number): boolean {
  if (!price) return false;
  const { min, below } = priceRange(edge);
  return Number(price.min) === Number(min) && Number(price.below) === Number(below ?? Infinity) && price.max === "Infinity";
}
