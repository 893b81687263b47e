import { describe, expect, test } from "vitest";
import { proofMode } from "#platform/config.ts";
import type { Anomaly } from "#warehouse/quality/anomaly.ts";
import { detect } from "#warehouse/quality/detect.ts";
import type { Profile } from "#warehouse/quality/profile.ts";
import { addDays } from "#warehouse/quality/robust.ts";
import { elementaryAlarms } from "#warehouse/quality/tests/elementary.ts";
import { INJECTED, withFault } from "#warehouse/quality/tests/injectedFaults.ts";
import { generatedProfiles, type ProfiledTable } from "./generatedProfiles.ts";

const SEEDS = proofMode() ? [1, 2, 3, 4, 5, 6] : [1, 2];
/** The latest days of each shop, each the newest of a build of its own. */
const DAYS = proofMode() ? 200 : 60;
const END = "2026-03-01";
const shops = SEEDS.map((seed) => generatedProfiles(seed, "demo"));
const newest = Array.from({ length: DAYS }, (_, index) => addDays(END, index - DAYS + 1));

const until = (profile: Profile, day: string): Map<string, never> => new Map([...profile].filter(([at]) => at <= day)) as Map<string, never>;
const rowsOf = ({ profile }: ProfiledTable, day: string) => profile.get(day)?.rows ?? 0;
const BUSY = 12;
const noonAfter = (day: string) => new Date(`${addDays(day, 1)}T12:00:00Z`);

/** What is found when the build of the day after `day` follows one of the day before, which published the history without the fault. */
function judge({ watched, profile }: ProfiledTable, day: string, now: Profile = until(profile, day)): Anomaly[] {
  return detect({ watched, now, before: until(profile, addDays(day, -1)), businessAsOf: noonAfter(day), publishedAsOf: noonAfter(addDays(day, -1)), othersAlive: () => true });
}

describe("anomalies of a generated shop", () => {
  test("no day of it stops a build, and less than one of thirty days of a table is called odd", () => {
    const tables = shops.flat();
    const found = tables.flatMap((table) => newest.flatMap((day) => judge(table, day).map((one) => ({ table: table.watched.table, ...one }))));
    const theirs = tables.reduce((sum, { profile }) => sum + newest.filter((day) => elementaryAlarms(until(profile, day), day).length > 0).length, 0);
    const tableDays = tables.length * newest.length;
    const alarmed = new Set(found.map(({ table, day }) => `${table} ${day}`)).size;
    console.info(`${tableDays} table-days: ${alarmed} with a false alarm (${((30 * alarmed) / tableDays).toFixed(2)} of 30), elementary's z-score ${theirs} (${((30 * theirs) / tableDays).toFixed(2)} of 30)`);
    expect(found.filter(({ severity }) => severity === "CRITICAL")).toEqual([]);
    expect((30 * alarmed) / tableDays).toBeLessThan(1);
  }, 240_000);

  test("at least 95 of 100 injected faults are found, more than by elementary's z-score", () => {
    const every = proofMode() ? 11 : 12;
    const tally = INJECTED.map((fault) => {
      let [planted, ours, theirs] = [0, 0, 0];
      for (const table of shops.flat().filter(({ watched }) => watched.table !== "fct_refunds")) {
        for (const day of newest.filter((_, index) => (index * 5) % every === 0)) {
          const spoilt = fault.to === "newest" ? day : addDays(day, -5);
          // On a day on which the shop is shut there is nothing to spoil.
          if (Math.min(rowsOf(table, spoilt), rowsOf(table, addDays(spoilt, -9))) < BUSY) continue;
          const now = withFault(until(table.profile, day), fault, spoilt);
          planted += 1;
          ours += judge(table, day, now).length > judge(table, day).length ? 1 : 0;
          theirs += elementaryAlarms(now, day).length > 0 ? 1 : 0;
        }
      }
      return { fault: fault.name, planted, ours, theirs };
    });
    const sum = (of: (one: (typeof tally)[number]) => number) => tally.reduce((total, one) => total + of(one), 0);
    const [planted, ours, theirs] = [sum((one) => one.planted), sum((one) => one.ours), sum((one) => one.theirs)];
    console.info(`${planted} faults: ours finds ${((100 * ours) / planted).toFixed(1)} %, elementary's z-score ${((100 * theirs) / planted).toFixed(1)} %\n${tally.map((one) => `  ${one.fault}: ${one.ours} and ${one.theirs} of ${one.planted}`).join("\n")}`);
    expect(ours / planted).toBeGreaterThanOrEqual(0.95);
    expect(ours).toBeGreaterThan(theirs);
  }, 240_000);
});
