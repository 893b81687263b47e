import type { Database } from "#platform/db/database.ts";
import { pointTo } from "#platform/testing/slotTables.ts";
import { encodeId } from "#schema/values/ids.ts";

const id = (kind: number, n: number) => `0192000${kind}-0000-7000-8000-${n.toString(16).padStart(12, "0")}`;

export const BATCHES = {
  user: (n: number) => id(1, n),
  product: (n: number) => id(2, n),
  /** Both models; users 1 to 3 and products 1 to 3 are scored. */
  first: id(3, 1),
  /** Both models, newer versions, user 1 with another list. */
  second: id(3, 2),
  /** No model yet: popular products alone. */
  unmodelled: id(3, 3),
  asOf: "2011-12-10T09:00:00.000Z",
} as const;

export const productId = (n: number) => encodeId("prd", BATCHES.product(n));
export const userId = (n: number) => encodeId("usr", BATCHES.user(n));

const products = (...numbers: number[]) => numbers.map(BATCHES.product);
const scores = (count: number) => Array.from({ length: count }, (_, index) => 1 - index / 10);

export async function fillSmallBatches(owner: Database): Promise<void> {
  const batch = (batchId: string, churn: number | null, recommendations: number | null) =>
    owner.raw("insert into predictions.batch (id, as_of, churn_version, recommendations_version, kind, audited) values ($1, $2, $3, $4, 'FULL', true)", [batchId, BATCHES.asOf, churn, recommendations]);
  const list = (table: "user_recommendations" | "similar_products", batchId: string, key: string, ids: readonly string[]) =>
    owner.raw(`insert into predictions.${table} values ($1, $2, $3, $4)`, [batchId, key, ids, scores(ids.length)]);
  await batch(BATCHES.first, 3, 7);
  await batch(BATCHES.second, 4, 8);
  await batch(BATCHES.unmodelled, null, null);
  for (const batchId of [BATCHES.first, BATCHES.second, BATCHES.unmodelled]) {
    await owner.raw("insert into predictions.popular_products values ($1, $2, $3)", [batchId, products(9, 1, 2, 8), scores(4)]);
  }
  for (const [n, probability, segment] of [[1, 0.1, "LOW"], [2, 0.5, "MEDIUM"], [3, 0.9, "HIGH"]] as const) {
    await owner.raw("insert into predictions.churn values ($1, $2, $3, $4, $5)", [BATCHES.first, BATCHES.user(n), probability, segment, BATCHES.asOf]);
    await list("user_recommendations", BATCHES.first, BATCHES.user(n), products(n, n + 1, n + 2));
    // What the model calls similar holds the product itself, as neighbours in a space of vectors do.
    await list("similar_products", BATCHES.first, BATCHES.product(n), products(n, n + 1, n + 2));
  }
  await owner.raw("insert into predictions.churn values ($1, $2, 0.2, 'LOW', $3)", [BATCHES.second, BATCHES.user(1), BATCHES.asOf]);
  await list("user_recommendations", BATCHES.second, BATCHES.user(1), products(7));
  await list("user_recommendations", BATCHES.second, BATCHES.user(2), []);
  await publishBatch(owner, BATCHES.first);
}

let builds = 0;

/** A new build with these predictions. */
export async function publishBatch(owner: Database, predictionBatchId: string | null): Promise<void> {
  builds += 1;
  await pointTo(owner, { slot: builds % 2 === 0 ? "a" : "b", buildId: id(4, builds), predictionBatchId, asOf: "2026-03-01T12:00:00Z", businessAsOf: BATCHES.asOf });
}
