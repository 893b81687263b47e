import { type CursorCodec, cursorOf } from "#kit/page.ts";
import type { Reader, Tx } from "#platform/db/database.ts";
import { query, type RowOf } from "#platform/db/query.ts";
import type { Review, ReviewContent, ReviewSort, ReviewState } from "../domain/review.ts";

const COLUMNS = "r.id, r.product_id, r.user_id, r.rating, r.title, r.body, r.display_name, r.state, r.is_verified, r.helpful_count, r.reason, r.reply, r.replied_at, r.created_at, r.updated_at, r.version";
const row = {
  id: "uuid", product_id: "uuid", user_id: "uuid", rating: "int2", title: "text?", body: "text?", display_name: "text?", state: "text", is_verified: "bool", helpful_count: "int4", reason: "text?", reply: "text?",
  replied_at: "timestamptz?", created_at: "timestamptz", updated_at: "timestamptz", version: "int4",
} as const;

/** A review with the value its list is ordered by, as text. */
export interface ListedReview extends Review {
  readonly sortKey: string;
}

function toReview(found: RowOf<typeof row>): Review {
  return {
    id: found.id, productId: found.product_id, userId: found.user_id, rating: found.rating, title: found.title, body: found.body, displayName: found.display_name, state: found.state as ReviewState,
    isVerified: found.is_verified, helpfulCount: found.helpful_count, reason: found.reason, reply: found.reply, repliedAt: found.replied_at, createdAt: found.created_at, updatedAt: found.updated_at, version: found.version,
  };
}

const HIGHEST_UUID = "ffffffff-ffff-ffff-ffff-ffffffffffff";
const utc = (column: string) => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
const NEWEST = { key: "r.created_at", text: utc("r.created_at"), type: "timestamptz", direction: "desc", start: ["infinity", HIGHEST_UUID] } as const;
const SORTS = {
  NEWEST: { ...NEWEST, cursor: cursorOf("reviews NEWEST", ["instant", "uuid"]) },
  HELPFUL: { key: "r.helpful_count", text: "r.helpful_count::text", type: "int4", direction: "desc", start: ["2147483647", HIGHEST_UUID], cursor: cursorOf("reviews HELPFUL", ["integer", "uuid"]) },
  HIGHEST: { key: "r.rating", text: "r.rating::text", type: "int2", direction: "desc", start: ["6", HIGHEST_UUID], cursor: cursorOf("reviews HIGHEST", ["integer", "uuid"]) },
  LOWEST: { key: "r.rating", text: "r.rating::text", type: "int2", direction: "asc", start: ["0", "00000000-0000-0000-0000-000000000000"], cursor: cursorOf("reviews LOWEST", ["integer", "uuid"]) },
} as const;

function ofProducts(sort: ReviewSort) {
  const { key, text, type, direction } = SORTS[sort];
  return query({
    name: `catalog.reviewsOfProducts.${sort}`,
    text: `select ${COLUMNS}, r.sort_key from unnest($1::uuid[]) as asked (product_id)
      cross join lateral (
        select r.*, ${text} as sort_key from catalog.reviews r
        where r.product_id = asked.product_id and r.state = 'PUBLISHED' and ($2::int2 is null or r.rating = $2) and (not $3 or r.is_verified) and (${key}, r.id) ${direction === "asc" ? ">" : "<"} ($4::text::${type}, $5)
        order by ${key} ${direction}, r.id ${direction} limit $6
      ) r`,
    params: ["uuid[]", "int2?", "bool", "text", "uuid", "int4"],
    row: { ...row, sort_key: "text" },
    budget: { access: "index", maxRows: 101_000 },
  });
}
const statements = { NEWEST: ofProducts("NEWEST"), HELPFUL: ofProducts("HELPFUL"), HIGHEST: ofProducts("HIGHEST"), LOWEST: ofProducts("LOWEST") };

const ofUsers = query({
  name: "catalog.reviewsOfUsers",
  text: `select ${COLUMNS}, r.sort_key from unnest($1::uuid[]) as asked (user_id)
    cross join lateral (
      select r.*, ${NEWEST.text} as sort_key from catalog.reviews r where r.user_id = asked.user_id and (r.created_at, r.id) < ($2::text::timestamptz, $3) order by r.created_at desc, r.id desc limit $4
    ) r`,
  params: ["uuid[]", "text", "uuid", "int4"],
  row: { ...row, sort_key: "text" },
  budget: { access: "index", maxRows: 101_000 },
});

// The longest waiting first.
const queue = query({
  name: "catalog.reviewQueue",
  text: `select ${COLUMNS}, ${utc("r.updated_at")} as sort_key from catalog.reviews r where r.state = $1 and (r.updated_at, r.id) > ($2::text::timestamptz, $3) order by r.updated_at, r.id limit $4`,
  params: ["text", "text", "uuid", "int4"],
  row: { ...row, sort_key: "text" },
  budget: { access: "index", maxRows: 101 },
});

const byIds = query({
  name: "catalog.reviewsByIds",
  text: `select ${COLUMNS} from catalog.reviews r where r.id = any($1)`,
  params: ["uuid[]"],
  row,
  budget: { access: "index", maxRows: 1_000 },
});

const ofAuthor = query({
  name: "catalog.reviewsOfAuthor",
  text: `select ${COLUMNS} from catalog.reviews r where r.product_id = any($1) and r.user_id = $2`,
  params: ["uuid[]", "uuid"],
  row,
  budget: { access: "index", maxRows: 1_000 },
});

const forUpdate = query({
  name: "catalog.reviewForUpdate",
  text: `select ${COLUMNS} from catalog.reviews r where r.id = $1 for update`,
  params: ["uuid"],
  row,
  budget: { access: "write", maxRows: 1 },
});

// One writer per person: of two first reviews at once one is the first.
const lockAuthor = query({
  name: "catalog.lockReviewer",
  text: "select pg_advisory_xact_lock(hashtextextended('catalog.reviews ' || $1::text, 0)) is null as locked",
  params: ["text"],
  row: { locked: "bool" },
  budget: { access: "write", maxRows: 1 },
});

const countPending = query({
  name: "catalog.countPendingReviews",
  text: "select count(*)::int4 as pending from catalog.reviews r where r.user_id = $1 and r.state = 'PENDING'",
  params: ["uuid"],
  row: { pending: "int4" },
  budget: { access: "index", maxRows: 1 },
});

const bought = query({
  name: "catalog.hasBought",
  text: "select orders.has_bought($1, $2) as bought",
  params: ["uuid", "uuid"],
  row: { bought: "bool" },
  budget: { access: "index", maxRows: 1 },
});

const insert = query({
  name: "catalog.insertReview",
  text: `insert into catalog.reviews as r (product_id, user_id, rating, title, body, display_name, is_verified, created_at, updated_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $8) returning ${COLUMNS}`,
  params: ["uuid", "uuid", "int2", "text?", "text?", "text?", "bool", "timestamptz"],
  row,
  budget: { access: "write", maxRows: 1 },
});

// Other words: nobody has found them helpful, and nobody has let them through.
const rewrite = query({
  name: "catalog.rewriteReview",
  text: `with forgotten as (delete from catalog.review_votes v where v.review_id = $1)
    update catalog.reviews r set rating = $2, title = $3, body = $4, display_name = $5, is_verified = $6, updated_at = $7, version = r.version + 1,
      state = 'PENDING', reason = null, moderated_by = null, moderated_at = null, published_at = null, helpful_count = 0
    where r.id = $1 returning ${COLUMNS}`,
  params: ["uuid", "int2", "text?", "text?", "text?", "bool", "timestamptz"],
  row,
  budget: { access: "write", maxRows: 1 },
});

const moderate = query({
  name: "catalog.moderateReview",
  text: `update catalog.reviews r set state = $2::text, reason = $3, moderated_by = $4, moderated_at = $5::timestamptz, published_at = case when $2::text = 'PUBLISHED' then $5::timestamptz end, updated_at = $5::timestamptz, version = r.version + 1
    where r.id = $1 returning ${COLUMNS}`,
  params: ["uuid", "text", "text?", "uuid?", "timestamptz"],
  row,
  budget: { access: "write", maxRows: 1 },
});

const reply = query({
  name: "catalog.replyToReview",
  text: `update catalog.reviews r set reply = $2, replied_at = case when $2::text is not null then $3::timestamptz end, version = r.version + 1 where r.id = $1 returning ${COLUMNS}`,
  params: ["uuid", "text?", "timestamptz"],
  row,
  budget: { access: "write", maxRows: 1 },
});

const remove = query({
  name: "catalog.deleteReview",
  text: "delete from catalog.reviews where id = $1",
  params: ["uuid"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const vote = query({
  name: "catalog.voteForReview",
  text: "insert into catalog.review_votes (review_id, user_id, voted_at) values ($1, $2, $3) on conflict do nothing",
  params: ["uuid", "uuid", "timestamptz"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const unvote = query({
  name: "catalog.unvoteForReview",
  text: "delete from catalog.review_votes where review_id = $1 and user_id = $2",
  params: ["uuid", "uuid"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const countVotes = query({
  name: "catalog.countReviewVotes",
  text: `update catalog.reviews r set helpful_count = r.helpful_count + $2 where r.id = $1 returning ${COLUMNS}`,
  params: ["uuid", "int4"],
  row,
  budget: { access: "write", maxRows: 1 },
});

const votedFor = query({
  name: "catalog.reviewsVotedFor",
  text: "select v.review_id from catalog.review_votes v where v.review_id = any($1) and v.user_id = $2",
  params: ["uuid[]", "uuid"],
  row: { review_id: "uuid" },
  budget: { access: "index", maxRows: 1_000 },
});

export const userReviewCursor = cursorOf("reviews of a person", ["instant", "uuid"]);
export const queueCursor = cursorOf("review queue", ["instant", "uuid"]);
type After = readonly [string, string] | undefined;

/** The cursors of a product's reviews in this order. */
export function reviewCursor(sort: ReviewSort): CursorCodec<[string, string]> {
  return SORTS[sort].cursor;
}

/** Which published reviews a list holds. */
export interface ReviewFilter {
  readonly sort: ReviewSort;
  readonly rating: number | null;
  readonly isVerified: boolean;
}

/** Of each product up to `limit` published reviews. */
export async function listReviewsOfProducts(db: Reader, productIds: readonly string[], limit: number, after: After, { sort, rating, isVerified }: ReviewFilter): Promise<ListedReview[]> {
  return (await db.many(statements[sort], [productIds, rating, isVerified, ...(after ?? SORTS[sort].start), limit])).map((found) => ({ ...toReview(found), sortKey: found.sort_key }));
}

/** Of each person up to `limit` reviews in any state, newest first. */
export async function listReviewsOfUsers(db: Reader, userIds: readonly string[], limit: number, after: After): Promise<ListedReview[]> {
  return (await db.many(ofUsers, [userIds, ...(after ?? NEWEST.start), limit])).map((found) => ({ ...toReview(found), sortKey: found.sort_key }));
}

/** Up to `limit` reviews in the state, the longest waiting first. */
export async function listReviewQueue(db: Reader, state: ReviewState, limit: number, after: After): Promise<ListedReview[]> {
  return (await db.many(queue, [state, ...(after ?? ["-infinity", "00000000-0000-0000-0000-000000000000"] as const), limit])).map((found) => ({ ...toReview(found), sortKey: found.sort_key }));
}

export async function listReviewsByIds(db: Reader, ids: readonly string[]): Promise<Review[]> {
  return (await db.many(byIds, [ids])).map(toReview);
}

/** What the person wrote about the products. */
export async function listReviewsOfAuthor(db: Reader, productIds: readonly string[], userId: string): Promise<Review[]> {
  return (await db.many(ofAuthor, [productIds, userId])).map(toReview);
}

export async function findReviewForUpdate(tx: Tx, id: string): Promise<Review | undefined> {
  const found = await tx.maybeOne(forUpdate, [id]);
  return found && toReview(found);
}

export async function lockReviewer(tx: Tx, userId: string): Promise<void> {
  await tx.one(lockAuthor, [userId]);
}

export async function countPendingReviews(tx: Tx, userId: string): Promise<number> {
  return (await tx.one(countPending, [userId])).pending;
}

export async function hasBought(tx: Reader, userId: string, productId: string): Promise<boolean> {
  return (await tx.one(bought, [userId, productId])).bought;
}

export async function insertReview(tx: Tx, productId: string, userId: string, content: ReviewContent, isVerified: boolean, at: Date): Promise<Review> {
  return toReview(await tx.one(insert, [productId, userId, content.rating, content.title, content.body, content.displayName, isVerified, at]));
}

export async function rewriteReview(tx: Tx, id: string, content: ReviewContent, isVerified: boolean, at: Date): Promise<Review> {
  return toReview(await tx.one(rewrite, [id, content.rating, content.title, content.body, content.displayName, isVerified, at]));
}

export async function writeVerdict(tx: Tx, id: string, verdict: { state: ReviewState; reason: string | null; moderator: string | null }, at: Date): Promise<Review> {
  return toReview(await tx.one(moderate, [id, verdict.state, verdict.reason, verdict.moderator, at]));
}

export async function writeReply(tx: Tx, id: string, words: string | null, at: Date): Promise<Review> {
  return toReview(await tx.one(reply, [id, words, at]));
}

export async function deleteReview(tx: Tx, id: string): Promise<void> {
  await tx.execute(remove, [id]);
}

/** Writes the vote, or takes it back; how many it changed is counted with it. The review is locked. */
export async function writeVote(tx: Tx, review: Review, userId: string, isHelpful: boolean, at: Date): Promise<Review> {
  const changed = isHelpful ? await tx.execute(vote, [review.id, userId, at]) : await tx.execute(unvote, [review.id, userId]);
  return changed === 0 ? review : toReview(await tx.one(countVotes, [review.id, isHelpful ? 1 : -1]));
}

/** Which of the reviews the person found helpful. */
export async function listVotedFor(db: Reader, reviewIds: readonly string[], userId: string): Promise<string[]> {
  return (await db.many(votedFor, [reviewIds, userId])).map((found) => found.review_id);
}
