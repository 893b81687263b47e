import type { Database } from "#platform/db/database.ts";
import { dropRetiredMarts, listMarts, prepareMarts, PublishRefused, swapMarts } from "./marts.ts";
import type { Slot } from "./slots.ts";
import { lockPointer, markPublished, movePointer, readBuild, setBuildState, setPredictionBatch } from "./statements.ts";

export interface Published {
  buildId: string;
  slot: Slot;
  publishedAt: Date;
  /** How many tables `marts` shows. */
  tables: number;
  /** Length of the transaction that moved the pointer. */
  ms: number;
}

/** Shows a build to the readers of another engine; done again, it changes nothing. */
export type ShowElsewhere = (build: { buildId: string; slot: Slot; committedAt: Date }) => Promise<unknown>;

/**
 * Makes a build the published one: the pointer row and the schemas of views move in one short transaction. Readers that pin
 * the slot and readers of the views keep what they have begun to read. Publishing what is published changes nothing.
 * Where another engine holds the marts, `show` shows them there first: a pointer never names what cannot be read.
 * `db` logs in as martgraph_builder; the caller holds the pipeline lock.
 * @throws PublishRefused when the slot holds another build, nothing, or personal data.
 */
export async function publishBuild(db: Database, request: { buildId: string; predictionBatchId: string | null }, show?: ShowElsewhere): Promise<Published> {
  const { buildId, predictionBatchId } = request;
  const build = await db.maybeOne(readBuild, [buildId]);
  if (!build) throw new PublishRefused(`there is no build ${buildId}`);
  if (build.held_build_id !== buildId) throw new PublishRefused(`slot ${build.slot} no longer holds build ${buildId}: a later build has begun there`);
  const slot = build.slot as Slot;
  const relations = await listMarts(db, slot);
  const prepared = await db.tx((tx) => prepareMarts(tx, slot, buildId, relations, describe(buildId, build.cut_committed_at)));
  await show?.({ buildId, slot, committedAt: build.cut_committed_at });
  const started = performance.now();
  const publishedAt = await db.tx(async (tx) => {
    const current = await tx.maybeOne(lockPointer, []);
    if (current?.build_id === buildId) return current.published_at;
    await swapMarts(tx, prepared);
    await tx.execute(setPredictionBatch, [buildId, predictionBatchId]);
    const moved = await tx.one(movePointer, [buildId, current?.build_id ?? null, false]);
    await tx.execute(markPublished, [buildId, moved.published_at, predictionBatchId]);
    if (current) await tx.execute(setBuildState, [current.build_id, "SUPERSEDED", null]);
    return moved.published_at;
  });
  const ms = performance.now() - started;
  await dropRetiredMarts(db);
  return { buildId, slot, publishedAt, tables: relations.length, ms };
}

export function describe(buildId: string, cutCommittedAt: Date): string {
  return `The published build ${buildId}: every change of the shop up to ${cutCommittedAt.toISOString()}.`;
}
