import { Readable } from "node:stream";
import type { Tx } from "#platform/db/database.ts";
import type { Allowed, KnownPurchase, RecommendationsModel, ScoredProducts } from "#platform/scoring/neighbours.ts";
import { copyBlocks } from "../engines/postgres/copyText.ts";
import type { Slot } from "../publish/slots.ts";
import { MomentReader } from "./binaryCopy.ts";
import { customersPage } from "./statements.ts";

/** Length of the lists that are stored; the API asks for at most as many. */
export const LIST_LENGTH = 50;

/** Large enough that a whole scan is cheaper than a look-up per customer, small enough to be held. */
const PAGE = 5_000;
const DAY_MS = 86_400_000;
const FIRST_ID = "00000000-0000-0000-0000-000000000000";

export interface RecommendationsRequest {
  batchId: string;
  slot: Slot;
  model: RecommendationsModel;
  asOf: Date;
  /** Products that may be suggested. */
  sellable: ReadonlySet<string>;
  /** Only these customers; all where not given. */
  only?: readonly string[];
}

/** Writes the list of every customer with a purchase; answers how many. */
export async function writeRecommendations(tx: Tx, request: RecommendationsRequest): Promise<number> {
  const { model, slot, only } = request;
  const allowed = allowedOf(model, request.sellable);
  await tx.raw("create temporary table if not exists scoring_products (product_id uuid primary key, place integer not null) on commit drop");
  await tx.raw("create temporary table if not exists scoring_page (user_id uuid primary key, place integer not null) on commit drop");
  await tx.raw("truncate scoring_products");
  await tx.raw("insert into scoring_products select id, place - 1 from unnest($1::uuid[]) with ordinality as listed (id, place)", [model.products]);
  await tx.raw("analyze scoring_products");
  let written = 0;
  for await (const users of pages(tx, slot, only)) {
    const histories = await readHistories(tx, request, users);
    const rows = users.flatMap((user, place) => {
      const history = histories[place] as KnownPurchase[];
      // A customer whose products the model does not know yet gets popular products, and nobody calls that the model's choice.
      return history.length === 0 ? [] : [toRow(request.batchId, user, model.recommendKnown(history, LIST_LENGTH, allowed))];
    });
    written += await tx.copyFrom("copy predictions.user_recommendations (batch_id, user_id, product_ids, scores) from stdin", Readable.from(copyBlocks(rows)));
  }
  return written;
}

/** Writes the neighbours of every product the model knows; answers for how many. */
export async function writeSimilar(tx: Tx, { batchId, model, sellable }: Pick<RecommendationsRequest, "batchId" | "model" | "sellable">): Promise<number> {
  const allowed = allowedOf(model, sellable);
  const rows = model.products.flatMap((product) => {
    const found = model.similar(product, LIST_LENGTH, allowed);
    return found.productIds.length > 0 ? [toRow(batchId, product, found)] : [];
  });
  return tx.copyFrom("copy predictions.similar_products (batch_id, product_id, product_ids, scores) from stdin", Readable.from(copyBlocks(rows)));
}

async function* pages(tx: Tx, slot: Slot, only: readonly string[] | undefined): AsyncGenerator<string[]> {
  if (only) {
    for (let start = 0; start < only.length; start += PAGE) yield only.slice(start, start + PAGE);
    return;
  }
  let after = FIRST_ID;
  for (;;) {
    const rows = await tx.many(customersPage[slot], [after, PAGE]);
    if (rows.length === 0) return;
    yield rows.map((row) => row.user_id);
    after = (rows.at(-1) as { user_id: string }).user_id;
  }
}

async function readHistories(tx: Tx, { slot, asOf }: RecommendationsRequest, users: readonly string[]): Promise<KnownPurchase[][]> {
  const histories: KnownPurchase[][] = users.map(() => []);
  await tx.raw("truncate scoring_page");
  await tx.raw("insert into scoring_page select id, place - 1 from unnest($1::uuid[]) with ordinality as listed (id, place)", [users]);
  await tx.raw("analyze scoring_page");
  const now = asOf.getTime();
  await tx.copyTo(
    `copy (select u.place, p.place, i.purchased_at
             from scoring_page u
             join features_${slot}.user_item_interactions i on i.user_id = u.user_id
             join scoring_products p on p.product_id = i.product_id) to stdout (format binary)`,
    new MomentReader((user, index, at) => (histories[user] as KnownPurchase[]).push({ index, ageDays: Math.max(0, now - at) / DAY_MS })),
  );
  // Sums depend on their order in the last digit: the same purchases shall give the same score.
  for (const history of histories) history.sort((a, b) => b.ageDays - a.ageDays || a.index - b.index);
  return histories;
}

function allowedOf(model: RecommendationsModel, sellable: ReadonlySet<string>): Allowed {
  return Uint8Array.from(model.products, (id) => (sellable.has(id) ? 1 : 0));
}

function toRow(batchId: string, key: string, { productIds, scores }: ScoredProducts): string[] {
  return [batchId, key, `{${productIds.join(",")}}`, `{${scores.map((score) => Number(score.toPrecision(9))).join(",")}}`];
}
