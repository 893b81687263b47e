import type { Tx } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";
import type { ReviewContent } from "../../domain/review.ts";

// Two imports at once: of the same review twice one is the first.
const lock = query({
  name: "catalog.importLockReviews",
  text: "select pg_advisory_xact_lock(hashtextextended('catalog.reviews import', 0)) is null as locked",
  params: [],
  row: { locked: "bool" },
  budget: { access: "write", maxRows: 1 },
});
const known = query({
  name: "catalog.importKnownReviews",
  text: `select r.id, r.product_id, r.import_key, r.rating, r.title, r.body, r.display_name, r.created_at
    from unnest($1::uuid[], $2::text[]) as a (product_id, import_key) join catalog.reviews r on r.product_id = a.product_id and r.import_key = a.import_key`,
  params: ["uuid[]", "text[]"],
  row: { id: "uuid", product_id: "uuid", import_key: "text", rating: "int2", title: "text?", body: "text?", display_name: "text?", created_at: "timestamptz" },
  budget: { access: "index", maxRows: 10_000 },
});
// Let through by whoever brings them in. What a moderator has refused since stays refused, see below.
const insert = query({
  name: "catalog.importReviews",
  text: `insert into catalog.reviews (product_id, user_id, import_key, rating, title, body, display_name, state, moderated_by, moderated_at, published_at, created_at, updated_at)
    select x.product_id, gen_random_uuid(), x.import_key, x.rating, x.title, x.body, x.display_name, 'PUBLISHED', $2, $3, $3, coalesce(x.created_at, $3), $3
    from jsonb_to_recordset($1) as x (product_id uuid, import_key text, rating int2, title text, body text, display_name text, created_at timestamptz)`,
  params: ["jsonb", "uuid?", "timestamptz"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});
// Other words: nobody has found them helpful.
const update = query({
  name: "catalog.importRewriteReviews",
  text: `with x as (select x.* from jsonb_to_recordset($1) as x (id uuid, rating int2, title text, body text, display_name text, created_at timestamptz, is_reworded bool)),
    forgotten as (delete from catalog.review_votes v using x where x.is_reworded and v.review_id = x.id)
    update catalog.reviews r set rating = x.rating, title = x.title, body = x.body, display_name = x.display_name, created_at = coalesce(x.created_at, r.created_at), updated_at = $2, version = r.version + 1,
      helpful_count = case when x.is_reworded then 0 else r.helpful_count end
    from x where r.id = x.id`,
  params: ["jsonb", "timestamptz"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

/** A review as a file has it; undefined where the file does not say when it was written. */
export interface ImportedReview extends ReviewContent { readonly productId: string; readonly importKey: string; readonly createdAt: Date | undefined }
export interface KnownReview extends ReviewContent { readonly id: string; readonly createdAt: Date }

/** No other import writes reviews until the transaction ends. */
export async function lockImportedReviews(tx: Tx): Promise<void> {
  await tx.one(lock, []);
}
/** What earlier imports brought, by product and key with a space between. */
export async function findImportedReviews(tx: Tx, asked: readonly ImportedReview[]): Promise<Map<string, KnownReview>> {
  const rows = asked.length === 0 ? [] : await tx.many(known, [asked.map(({ productId }) => productId), asked.map(({ importKey }) => importKey)]);
  return new Map(rows.map((found) => [`${found.product_id} ${found.import_key}`, { id: found.id, rating: found.rating, title: found.title, body: found.body, displayName: found.display_name, createdAt: found.created_at }]));
}
const rowOf = ({ rating, title, body, displayName, createdAt }: ImportedReview) => ({ rating, title, body, display_name: displayName, created_at: createdAt ?? null });

export async function insertImportedReviews(tx: Tx, reviews: readonly ImportedReview[], by: string | null, at: Date): Promise<void> {
  if (reviews.length > 0) await tx.execute(insert, [JSON.stringify(reviews.map((one) => ({ ...rowOf(one), product_id: one.productId, import_key: one.importKey }))), by, at]);
}
export async function updateImportedReviews(tx: Tx, reviews: readonly { readonly id: string; readonly review: ImportedReview; readonly isReworded: boolean }[], at: Date): Promise<void> {
  if (reviews.length > 0) await tx.execute(update, [JSON.stringify(reviews.map(({ id, review, isReworded }) => ({ ...rowOf(review), id, is_reworded: isReworded }))), at]);
}
