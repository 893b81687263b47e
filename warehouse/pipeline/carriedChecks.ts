import type { Reader } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";
import type { Slot } from "../publish/slots.ts";
import type { CarriedChecks } from "../tools/expectations.ts";
import type { AssetContext } from "./asset.ts";

const readHeldWhole = query({
  name: "pipeline.readHeldWhole",
  text: "select complete_build_id from ops.slot_state where slot = $1",
  params: ["text"],
  row: { complete_build_id: "uuid?" },
  budget: { access: "index", maxRows: 1 },
});

/** A rule that was not applicable passed without a question, and says so. */
const readPassed = query({
  name: "pipeline.readPassedChecks",
  text: "select suite, name from ops.check_result where build_id = $1 and passed and message is null",
  params: ["uuid"],
  row: { suite: "text", name: "text" },
  budget: { access: "index", maxRows: 20_000 },
});

/** The build that a slot last held whole; undefined where nothing was built in it, or its tables are a copy of the other slot's. */
export async function heldWhole(db: Reader, slot: Slot): Promise<string | undefined> {
  return (await db.one(readHeldWhole, [slot])).complete_build_id ?? undefined;
}

/**
 * The checks of an increment that need not be asked again: those that passed with the build that the slot held before, and look at
 * nothing but tables whose rows are the same since. Undefined where everything is asked: a build from nothing, one that somebody asked
 * for, days anew, an erasure, a copy, another engine. Versions of raw count as of the cut; marts as far as dbt did not make them.
 */
export async function carriedChecks({ deps, cut, outputs }: AssetContext, areas: readonly string[]): Promise<CarriedChecks | undefined> {
  if (!cut.changes || !cut.checkedWith || deps.engine || areas.includes("predictions")) return undefined;
  const made = outputs.get("dbt")?.["made"] as readonly string[] | undefined;
  const inLayer = (layer: string) => made?.flatMap((relation) => (relation.startsWith(`${layer}_${cut.slot}.`) ? [relation.slice(layer.length + 3)] : []));
  const [marts, features] = [inLayer("marts"), inLayer("features")];
  const passed = await deps.warehouse.many(readPassed, [cut.checkedWith]);
  return {
    changed: { audit: cut.changes.tables, changed: cut.changes.tables, ...(marts && features ? { marts, features } : {}) },
    // An instant or a position is never the same; a day is, and other orders change no rows of a table that is the same.
    same: ["of_changed_order", ...(cut.changes.isNewDay ? [] : ["today"])],
    passed: passed.map(({ suite, name }) => [suite, name] as const),
  };
}
