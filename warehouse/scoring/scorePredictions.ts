import type { Database, Tx } from "#platform/db/database.ts";
import { uuidV7 } from "#schema/values/ids.ts";
import type { Slot } from "../publish/slots.ts";
import { loadChampion, type LoadedChampion } from "../registry/registry.ts";
import { auditBatch, whyRefused, type Verdict } from "./audit.ts";
import { isSameDay, listChangedCustomers } from "./changedCustomers.ts";
import { writeChurn } from "./churnScores.ts";
import { writeRecommendations, writeSimilar } from "./recommendationScores.ts";
import { copyChurn, copyRecommendations, copySimilar, dropOldBatches, insertBatch, insertPopular, listsChanges, markAudited, publishedBatch, sellableProducts } from "./statements.ts";

/** The models that serve; one that is not there leaves its answers to popularity and to null. */
export interface Champions {
  churn: LoadedChampion<"churn"> | undefined;
  recommendations: LoadedChampion<"recommendations"> | undefined;
}

export interface ScoreRequest {
  /** Logs in as martgraph_builder. */
  db: Database;
  /** Whose features are scored: a build that nobody writes any more. */
  slot: Slot;
  /** Business time of that build. */
  asOf: Date;
  champions: Champions;
  /** Takes the published batch over for whom nothing changed, where that is possible. */
  changedOnly: boolean;
  /** The build that the slot held whole before, where this one is an increment on it in the warehouse's own engine. */
  heldBefore?: string | undefined;
  signal?: AbortSignal;
}

export interface ScoredBatch {
  batchId: string;
  kind: "FULL" | "CHANGED";
  /** Rows of the batch. */
  churn: number;
  recommendations: number;
  similar: number;
  /** Customers that were scored and not taken over. */
  rescored: number;
  verdict: Verdict;
}

/** The batch broke its audit and was not kept; the published one stands. */
export class PredictionsRefused extends Error {
  override readonly name = "PredictionsRefused";
}

const POPULAR_LENGTH = 100;
const KEPT_BATCHES = 3;

export async function loadChampions(db: Database): Promise<Champions> {
  return { churn: await loadChampion(db, "churn"), recommendations: await loadChampion(db, "recommendations") };
}

/**
 * Writes a batch of predictions from a slot's features, audits it as it stands in the tables, and keeps it only then: batch
 * and audit are one transaction. Without any champion the batch still holds the popular products.
 * @throws PredictionsRefused naming the checks that failed.
 */
export async function scorePredictions(request: ScoreRequest): Promise<ScoredBatch> {
  let batch: ScoredBatch;
  try {
    batch = await request.db.tx((tx) => writeBatch(tx, request));
  } catch (error) {
    // What was taken over may be what is wrong: a product that has since been withdrawn stands in old lists.
    if (!(error instanceof PredictionsRefused && request.changedOnly)) throw error;
    batch = await request.db.tx((tx) => writeBatch(tx, { ...request, changedOnly: false }));
  }
  await request.db.execute(dropOldBatches, [KEPT_BATCHES]);
  return batch;
}

async function writeBatch(tx: Tx, request: ScoreRequest): Promise<ScoredBatch> {
  const { slot, asOf, champions, signal } = request;
  const batchId = uuidV7(new Date());
  const before = request.changedOnly ? await findTakeover(tx, request) : undefined;
  const kind = before ? "CHANGED" : "FULL";
  await tx.execute(insertBatch, [batchId, asOf, champions.churn?.version ?? null, champions.recommendations?.version ?? null, kind]);
  await tx.execute(insertPopular[slot], [batchId, asOf, POPULAR_LENGTH]);
  const counts = { churn: 0, recommendations: 0, similar: 0, rescored: 0 };
  const only = before?.changed;
  signal?.throwIfAborted();
  if (champions.churn) {
    const taken = before ? await tx.execute(copyChurn[slot], [batchId, before.batchId, before.changed]) : 0;
    const scored = await writeChurn(tx, { batchId, slot, model: champions.churn.scorer, asOf, ...(only ? { only } : {}) });
    counts.churn = taken + scored;
    counts.rescored = scored;
  }
  signal?.throwIfAborted();
  if (champions.recommendations) {
    const model = champions.recommendations.scorer;
    const sellable = new Set((await tx.many(sellableProducts[slot], [])).map((row) => row.product_id));
    const taken = before ? await tx.execute(copyRecommendations, [batchId, before.batchId, before.changed]) : 0;
    const scored = await writeRecommendations(tx, { batchId, slot, model, asOf, sellable, ...(only ? { only } : {}) });
    counts.recommendations = taken + scored;
    counts.rescored = Math.max(counts.rescored, scored);
    counts.similar = before ? await tx.execute(copySimilar, [batchId, before.batchId]) : await writeSimilar(tx, { batchId, model, sellable });
  }
  signal?.throwIfAborted();
  const verdict = await auditBatch(tx, batchId, slot, only);
  if (!verdict.passed) throw new PredictionsRefused(`the predictions broke their audit and were not kept: ${whyRefused(verdict)}`);
  await tx.execute(markAudited, [batchId, JSON.stringify(verdict)]);
  return { batchId, kind, ...counts, verdict };
}

/** The published batch, when it was scored by the same versions on the same business day, and who has changed since. */
async function findTakeover(tx: Tx, { slot, champions, heldBefore }: ScoreRequest): Promise<{ batchId: string; changed: string[] } | undefined> {
  const published = await tx.maybeOne(publishedBatch, []);
  if (!published || published.slot === slot) return undefined;
  const same = published.churn_version === (champions.churn?.version ?? null) && published.recommendations_version === (champions.recommendations?.version ?? null);
  const slots = { now: slot, before: published.slot as Slot };
  if (!same || !(await isSameDay(tx, slots))) return undefined;
  const isListed = heldBefore !== undefined && (await tx.maybeOne(listsChanges, [slots.now, slots.before, heldBefore]))?.lists === true;
  return { batchId: published.id, changed: await listChangedCustomers(tx, slots, champions.churn?.scorer, isListed) };
}
