import { describe, expect, test } from "vitest";
import { proofMode } from "#platform/config.ts";
import type { Anomaly } from "#warehouse/quality/anomaly.ts";
import { detect } from "#warehouse/quality/detect.ts";
import type { DayProfile, Profile } from "#warehouse/quality/profile.ts";
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
      for (const table of shops.flat().filter(({ watched }) => watched.table !== "fct_refunds" && !watched.isSpreadOnly)) {
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

  // Each moves a day's rows among the parts of a day, or the countries; the rows are as many as they were.
  test.each([
    { fault: "clocks nine hours wrong", table: "agg_half_hourly_country", column: "time of day", moved: (counts: Record<string, number>) => Object.fromEntries(Object.entries(counts).map(([part, n]) => [String((Number(part) + 2) % 6), n])) },
    { fault: "a day at one moment", table: "agg_half_hourly_country", column: "time of day", moved: (counts: Record<string, number>) => ({ "0": Object.values(counts).reduce((sum, n) => sum + n, 0) }) },
    { fault: "a country under another's name", table: "agg_daily_country", column: "country", moved: ({ "United Kingdom": home = 0, ...rest }: Record<string, number>) => ({ ...rest, Germany: (rest["Germany"] ?? 0) + home }) },
  ])("$fault: told, and nothing is stopped", ({ table, column, moved }) => {
    let [planted, found] = [0, 0];
    for (const one of shops.flat().filter(({ watched }) => watched.table === table)) {
      for (const day of newest.filter((at) => rowsOf(one, at) >= 20)) {
        const now = until(one.profile, day) as Map<string, DayProfile>;
        const spoilt = now.get(day) as DayProfile;
        now.set(day, { ...spoilt, categories: { ...spoilt.categories, [column]: moved(spoilt.categories[column] ?? {}) } });
        const anomalies = judge(one, day, now);
        planted += 1;
        found += anomalies.some(({ kind, subject }) => kind === "DISTRIBUTION" && subject.startsWith(column)) ? 1 : 0;
        expect(anomalies.filter(({ severity }) => severity === "CRITICAL")).toEqual([]);
      }
    }
    expect(planted).toBeGreaterThan(20);
    expect(found / planted).toBeGreaterThanOrEqual(0.95);
  });
});
