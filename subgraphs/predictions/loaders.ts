import DataLoader from "dataloader";
import { LRUCache } from "lru-cache";
import { type BuildInfo, isStaleFor, type WarehouseReader } from "#warehouse/reader.ts";
import type { Batch, ChurnScore, ScoredList } from "./domain/answers.ts";
import { batchById, churnByUsers, popularProducts, recommendationsByUsers, similarByProducts } from "./queries/predictions.ts";

type CachedBatch = Omit<Batch, "isStale">;

/** Answers of published batches. A batch never changes, so its id is all the invalidation there has to be. */
export interface PredictionCache {
  readonly answers: LRUCache<string, { value: ChurnScore | ScoredList | CachedBatch | readonly string[] | null }>;
}

export function createPredictionCache(maxEntries = 50_000): PredictionCache {
  return { answers: new LRUCache({ max: maxEntries }) };
}

type Keyed = "churn" | "recommendations" | "similar";

/** Request-scoped: the batch is read once, so one answer never mixes two of them. */
export function makeLoaders(reader: WarehouseReader, cache: PredictionCache) {
  let current: Promise<Batch | null> | undefined;
  let popular: Promise<readonly string[]> | undefined;
  const batch = () => (current ??= findBatch(reader, cache));

  const cached = <V extends ChurnScore | ScoredList>(kind: Keyed, load: (batchId: string, keys: readonly string[]) => Promise<readonly (V & { key: string })[]>) =>
    new DataLoader<string, V | null>(async (keys) => {
      const found = await batch();
      if (!found) return keys.map(() => null);
      const nameOf = (key: string) => `${found.id}:${kind}:${key}`;
      const missing = keys.filter((key) => !cache.answers.has(nameOf(key)));
      if (missing.length > 0) {
        const rows = new Map((await load(found.id, missing)).map((row) => [row.key, row]));
        for (const key of missing) cache.answers.set(nameOf(key), { value: rows.get(key) ?? null });
      }
      return keys.map((key) => (cache.answers.get(nameOf(key))?.value ?? null) as V | null);
    }, { maxBatchSize: 1_000 });

  const list = (statement: typeof recommendationsByUsers | typeof similarByProducts) => async (batchId: string, keys: readonly string[]) =>
    (await reader.ledger.many(statement as typeof recommendationsByUsers, [batchId, keys])).map((row) => ({ key: row.key, productIds: row.product_ids, scores: row.scores }));

  return {
    batch,
    churnByUser: cached<ChurnScore>("churn", async (batchId, keys) =>
      (await reader.ledger.many(churnByUsers, [batchId, keys])).map((row) => ({ key: row.user_id, userId: row.user_id, probability: row.probability, segment: row.segment, asOf: row.as_of }))),
    recommendationsByUser: cached<ScoredList>("recommendations", list(recommendationsByUsers)),
    similarByProduct: cached<ScoredList>("similar", list(similarByProducts)),
    /** One statement, however many lists of the request fall back on it. */
    popular: () => (popular ??= findPopular(reader, cache, batch)),
  };
}
export type PredictionLoaders = ReturnType<typeof makeLoaders>;

const FEATURES = ["customer_churn_features", "user_item_interactions"];
const LATE_MS = 26 * 3_600_000;

/** Where scoring fails, builds go on with the batch that was there: then the build is fresh and its predictions are not. */
function isBehind(build: BuildInfo, scoredAt: Date): boolean {
  return isStaleFor(build, FEATURES) || build.businessAsOf.getTime() - scoredAt.getTime() > LATE_MS;
}

async function findBatch(reader: WarehouseReader, cache: PredictionCache): Promise<Batch | null> {
  const build = await reader.current();
  const id = build?.predictionBatchId;
  if (!id) return null;
  // A batch never changes; how far the shop is ahead of it does.
  const aged = (batch: CachedBatch) => ({ ...batch, isStale: isBehind(build, batch.asOf) });
  const known = cache.answers.get(id);
  if (known) return aged(known.value as CachedBatch);
  const row = await reader.ledger.maybeOne(batchById, [id]);
  if (!row) return null;
  const batch: CachedBatch = { id: row.id, asOf: row.as_of, churnVersion: row.churn_version, recommendationsVersion: row.recommendations_version };
  cache.answers.set(id, { value: batch });
  return aged(batch);
}

async function findPopular(reader: WarehouseReader, cache: PredictionCache, batch: () => Promise<Batch | null>): Promise<readonly string[]> {
  const found = await batch();
  if (!found) return [];
  const name = `${found.id}:popular`;
  const known = cache.answers.get(name);
  if (known) return known.value as readonly string[];
  const value = (await reader.ledger.maybeOne(popularProducts, [found.id]))?.product_ids ?? [];
  cache.answers.set(name, { value });
  return value;
}
