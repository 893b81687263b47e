import type { Breach } from "../../queries/audit/auditCheck.ts";
import type { Tally } from "./clients.ts";
import type { Crew } from "./crew.ts";

export interface FireReport {
  readonly scenario: string;
  readonly seed: number;
  readonly orders: number;
  readonly answers: Readonly<Tally>;
  readonly kills: number;
  readonly reissued: number;
  readonly breaches: number;
  readonly seconds: number;
  /** What was logged as an error; not there when nothing was. */
  readonly troubles?: Readonly<Tally>;
}

/** One line for each seed: what happened in it. */
export function tellOf<More extends object>(crew: Crew, run: { scenario: string; seed: number; orders: number; answers: Tally; breaches: readonly Breach[]; started: number }, more: More): FireReport & More {
  const { scenario, seed, orders, answers, breaches, started } = run;
  const report = {
    scenario, seed, orders, answers: { ...answers }, ...more, kills: crew.kills, reissued: crew.reissued, breaches: breaches.length,
    seconds: Math.round((performance.now() - started) / 1000), ...(crew.troubles.size > 0 ? { troubles: Object.fromEntries(crew.troubles) } : {}),
  };
  process.stdout.write(`  fire ${JSON.stringify(report)}\n`);
  return report;
}
