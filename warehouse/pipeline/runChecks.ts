import type { Slot } from "../publish/slots.ts";
import type { CarriedChecks, ExpectationsReport } from "../tools/expectations.ts";
import { newBatch, type AssetContext, type AssetOutcome } from "./asset.ts";
import { carriedChecks } from "./carriedChecks.ts";
import { storeChecks } from "./ledger.ts";
import { BuildRejected } from "./types.ts";

/** Runs suites, stores their verdict under the build. @throws BuildRejected when a critical check is red. */
export async function runChecks(context: AssetContext, areas: readonly string[]): Promise<AssetOutcome> {
  const { deps, cut, signal } = context;
  const carry = await carriedChecks(context, areas);
  const report = await deps.expectations.run({ areas, values: { ...suiteValues(context), of_changed_order: changedOrders(cut.slot, carry) }, carry, signal });
  await storeChecks(deps.warehouse, cut.buildId, report, cut.checkedWith);
  const { checks, warnings } = verdictOf(report);
  const carried = report.suites.flatMap((suite) => suite.checks).filter((one) => one.carried).length;
  return {
    rows: checks, output: { checks, warnings, ...(carried > 0 ? { carried } : {}) },
    message: `${checks} checks${carried > 0 ? `, ${carried} of them of rows that did not change` : ""}${warnings > 0 ? `, ${warnings} with a warning` : ""}`,
  };
}

/** How many checks there were, and how many of them warn. @throws BuildRejected when a critical one is red */
export function verdictOf(report: ExpectationsReport, whatNow = ""): { checks: number; warnings: number } {
  if (!report.success) throw new BuildRejected(`${whyRed(report)}${whatNow}`);
  const checks = report.suites.flatMap((suite) => suite.checks);
  return { checks: checks.length, warnings: checks.filter((one) => !one.passed).length };
}

/**
 * A condition of rows by `order_id`: those of the orders that changed, where the audit of what the slot held before passed, for an increment
 * touches no others; elsewhere all.
 */
function changedOrders(slot: Slot, carry: CarriedChecks | undefined): string {
  const hasRestPassed = carry?.passed.some(([suite]) => suite.startsWith("marts.")) === true;
  return hasRestPassed ? `order_id = any (array(select entity_id from intermediate_${slot}.int_changed_orders where entity = 'ORDER'))` : "true";
}

/** What `$name` stands for in the suites. `published*` are absent before the first publish; checks that need them say so. */
function suiteValues(context: AssetContext): Record<string, string | null> {
  const { cut } = context;
  const inSlot = (layer: string, slot: Slot | null) => (slot === null ? null : `${layer}_${slot}`);
  return {
    raw: "raw",
    audit: inSlot("audit", cut.slot),
    changed: inSlot("changed", cut.slot),
    marts: inSlot("marts", cut.slot),
    features: inSlot("features", cut.slot),
    published_audit: inSlot("audit", cut.publishedSlot),
    published_marts: inSlot("marts", cut.publishedSlot),
    published_features: inSlot("features", cut.publishedSlot),
    slot: cut.slot,
    build_id: cut.buildId,
    cut_pos: cut.pos,
    checked_pos: cut.checkedPos,
    business_as_of: cut.businessAsOf,
    // Constants with their types, which engines write differently; `soon` leaves room for clocks that differ.
    now: `timestamptz '${cut.businessAsOf}'`,
    soon: `timestamptz '${later(cut.businessAsOf, 5 * MINUTE_MS)}'`,
    today_soon: `date '${later(cut.businessAsOf, 5 * MINUTE_MS).slice(0, 10)}'`,
    today: `date '${cut.businessAsOf.slice(0, 10)}'`,
    tomorrow: `date '${later(cut.businessAsOf, 1_440 * MINUTE_MS).slice(0, 10)}'`,
    prediction_batch_id: newBatch(context),
  };
}

const MINUTE_MS = 60_000;
const later = (instant: string, ms: number) => new Date(Date.parse(instant) + ms).toISOString();

const SHOWN = 3;

function whyRed(report: ExpectationsReport): string {
  const red = report.suites.flatMap(({ suite, checks }) =>
    checks.filter((one) => !one.passed && one.severity === "CRITICAL").map((one) => `${suite}: ${one.name}${one.message ? ` (${one.message})` : ""}`),
  );
  const more = red.length > SHOWN ? ` and ${red.length - SHOWN} more` : "";
  return `${red.slice(0, SHOWN).join("; ")}${more}`;
}
