import type { Database } from "#platform/db/database.ts";
import { dropRetiredMarts, listMarts, prepareMarts, swapMarts } from "./marts.ts";
import { describe, type Published, type ShowElsewhere } from "./publishBuild.ts";
import type { Slot } from "./slots.ts";
import { lockPointer, movePointer, readBuild, readErasureWatermark, setBuildState } from "./statements.ts";

/** There is no build to go back to; `message` says why. */
export class RollbackRefused extends Error {
  override readonly name = "RollbackRefused";
}

/**
 * Publishes the build before the published one again, in the same short transaction backwards, and holds automatic runs
 * back until somebody runs the pipeline by hand. Where another engine holds the marts, `show` shows that build there too.
 * `db` logs in as martgraph_builder; the caller holds the pipeline lock.
 * @throws RollbackRefused when there is no earlier build, its slot has been built over, or somebody was erased since.
 */
export async function rollbackBuild(db: Database, show?: ShowElsewhere): Promise<Published & { from: string }> {
  const started = performance.now();
  const outcome = await db.tx(async (tx) => {
    const current = await tx.maybeOne(lockPointer, []);
    if (!current) throw new RollbackRefused("nothing has been published yet: there is nothing to roll back");
    if (!current.previous_build_id) throw new RollbackRefused("there is no earlier build to go back to");
    const previous = await tx.one(readBuild, [current.previous_build_id]);
    if (previous.held_build_id !== previous.build_id || previous.state !== "SUPERSEDED" || previous.complete_pos !== previous.cut_pos) {
      throw new RollbackRefused(`the build before the published one is gone: a later build has begun in its slot "${previous.slot}"`);
    }
    const { pos: erasedUpTo } = await tx.one(readErasureWatermark, []);
    if (previous.cut_pos < erasedUpTo) {
      throw new RollbackRefused("somebody was erased since that build was made, and it would show them again: mend what is wrong in the shop or the models, and run the pipeline");
    }
    const slot = previous.slot as Slot;
    const relations = await listMarts(tx, slot);
    await show?.({ buildId: previous.build_id, slot, committedAt: previous.cut_committed_at });
    await swapMarts(tx, await prepareMarts(tx, slot, previous.build_id, relations, describe(previous.build_id, previous.cut_committed_at)));
    const moved = await tx.one(movePointer, [previous.build_id, null, true]);
    await tx.execute(setBuildState, [previous.build_id, "PUBLISHED", null]);
    await tx.execute(setBuildState, [current.build_id, "ROLLED_BACK", "taken back by a rollback"]);
    return { buildId: previous.build_id, slot, publishedAt: moved.published_at, tables: relations.length, from: current.build_id };
  });
  const ms = performance.now() - started;
  await dropRetiredMarts(db);
  return { ...outcome, ms };
}
