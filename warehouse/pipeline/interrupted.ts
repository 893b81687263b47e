import type { Database } from "#platform/db/database.ts";
import { readPointer } from "../publish/statements.ts";
import type { CutOutput } from "./asset.ts";
import { closeRun, listAssets, readRunning } from "./ledger.ts";
import { giveUpBuild, readSlot } from "./state.ts";

/** A run that is not over, with what it has finished. */
export interface OpenRun {
  runId: string;
  cut: CutOutput;
  /** Outputs of the assets that are done, by name, in the order in which they were. */
  done: Map<string, Record<string, unknown>>;
  resumed: boolean;
  startedAt: Date;
}

/** The run a killed process, or a call for one asset, left open, when it can still be continued; others are closed as failed. */
export async function findInterrupted(warehouse: Database, codeHash: () => Promise<string>, now: () => Date): Promise<OpenRun | undefined> {
  let found: OpenRun | undefined;
  for (const row of await warehouse.many(readRunning, [])) {
    const records = await listAssets(warehouse, row.run_id);
    const done = new Map(records.filter((record) => record.state === "DONE" || record.state === "SKIPPED").map((record) => [record.asset, record.output]));
    const cut = done.get("cut") as CutOutput | undefined;
    const obstacle = found ? "a later run is continued" : cut ? await whyNot(warehouse, cut, done.has("publish"), codeHash) : "it had not begun to build";
    if (obstacle === undefined && cut) found = { runId: row.run_id, cut, done, resumed: true, startedAt: row.started_at };
    else await giveUp(warehouse, { runId: row.run_id, buildId: row.build_id }, `interrupted; not continued: ${obstacle}`, now());
  }
  return found;
}

/** Closes a run that nobody goes on with. A build that readers have seen keeps its state. */
export async function giveUp(warehouse: Database, run: { runId: string; buildId: string | null }, reason: string, at: Date): Promise<void> {
  if (run.buildId) await warehouse.execute(giveUpBuild, [run.buildId, "interrupted"]);
  await closeRun(warehouse, run.runId, "FAILED", reason, run.buildId, at);
}

async function whyNot(warehouse: Database, cut: CutOutput, isPublished: boolean, codeHash: () => Promise<string>): Promise<string | undefined> {
  const slot = await warehouse.one(readSlot, [cut.slot]);
  if (slot.build_id !== cut.buildId || String(slot.cut_pos) !== cut.pos) return "its slot holds another build";
  if ((await codeHash()) !== cut.codeHash) return "the models changed since";
  const pointer = await warehouse.maybeOne(readPointer, []);
  if (pointer?.slot === cut.slot && pointer.build_id !== cut.buildId) return "its slot is published";
  if (isPublished && pointer?.build_id !== cut.buildId) return "its build was taken back";
  return undefined;
}
