import { STALE_AFTER_MINUTES } from "#schema/generated/freshness.ts";

/** Why a run that looked at the shop built nothing: the published build is what the shop was at that moment too. */
export const NOTHING_CHANGED = "nothing changed since the published build";

/** Seconds that may pass between the shop and what a mart or feature table tells of it. @throws RangeError for a table without a contract */
export function staleAfterSeconds(table: string): number {
  const minutes = STALE_AFTER_MINUTES[table];
  if (minutes === undefined) throw new RangeError(`${table} has no contract of freshness: it is no mart or feature table`);
  return minutes * 60;
}

/** Of all contracts the one that is broken first. */
export const STRICTEST_SECONDS = Math.min(...Object.values(STALE_AFTER_MINUTES)) * 60;

/** Marts and feature tables, by name. */
export const contractedTables = (): string[] => Object.keys(STALE_AFTER_MINUTES);
