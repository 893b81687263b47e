import { cursorOf } from "#kit/page.ts";
import type { Reader, Tx } from "#platform/db/database.ts";
import { query, type RowOf } from "#platform/db/query.ts";
import { MAX_WISHLISTS, type Wishlist, type WishlistItem } from "../domain/wishlist.ts";

const COLUMNS = "w.id, w.user_id, w.name, w.is_default, w.share_key, w.created_at, w.updated_at, w.version";
const row = { id: "uuid", user_id: "uuid", name: "text", is_default: "bool", share_key: "text?", created_at: "timestamptz", updated_at: "timestamptz", version: "int4" } as const;

function toWishlist(found: RowOf<typeof row>): Wishlist {
  return { id: found.id, userId: found.user_id, name: found.name, isDefault: found.is_default, shareKey: found.share_key, createdAt: found.created_at, updatedAt: found.updated_at, version: found.version };
}

const byIds = query({
  name: "catalog.wishlistsByIds",
  text: `select ${COLUMNS} from catalog.wishlists w where w.id = any($1)`,
  params: ["uuid[]"],
  row,
  budget: { access: "index", maxRows: 1_000 },
});

const byShareKey = query({
  name: "catalog.wishlistByShareKey",
  text: `select ${COLUMNS} from catalog.wishlists w where w.share_key = $1`,
  params: ["text"],
  row,
  budget: { access: "index", maxRows: 1 },
});

// The default first, then by name.
const ofUsers = query({
  name: "catalog.wishlistsOfUsers",
  text: `select ${COLUMNS} from unnest($1::uuid[]) as asked (user_id)
    cross join lateral (select * from catalog.wishlists o where o.user_id = asked.user_id order by o.is_default desc, lower(o.name) limit ${MAX_WISHLISTS}) w
    order by w.is_default desc, lower(w.name)`,
  params: ["uuid[]"],
  row,
  budget: { access: "index", maxRows: 1_000 * MAX_WISHLISTS },
});

const items = query({
  name: "catalog.wishlistItems",
  text: `select i.wishlist_id, i.product_id, i.variant_id, i.added_at, to_char(i.added_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as sort_key
    from unnest($1::uuid[]) as asked (wishlist_id)
    cross join lateral (
      select * from catalog.wishlist_items o where o.wishlist_id = asked.wishlist_id and (o.added_at, o.product_id) < ($2::text::timestamptz, $3) order by o.added_at desc, o.product_id desc limit $4
    ) i
    order by i.added_at desc, i.product_id desc`,
  params: ["uuid[]", "text", "uuid", "int4"],
  row: { wishlist_id: "uuid", product_id: "uuid", variant_id: "uuid?", added_at: "timestamptz", sort_key: "text" },
  budget: { access: "index", maxRows: 101_000 },
});

const counts = query({
  name: "catalog.countWishlistItems",
  text: "select asked.id, (select count(*)::int4 from catalog.wishlist_items i where i.wishlist_id = asked.id) as items from unnest($1::uuid[]) as asked (id)",
  params: ["uuid[]"],
  row: { id: "uuid", items: "int4" },
  budget: { access: "index", maxRows: 1_000 },
});

const wished = query({
  name: "catalog.wishedProducts",
  text: `select asked.product_id from unnest($1::uuid[]) as asked (product_id)
    where exists (select from catalog.wishlists w join catalog.wishlist_items i on i.wishlist_id = w.id and i.product_id = asked.product_id where w.user_id = $2)`,
  params: ["uuid[]", "uuid"],
  row: { product_id: "uuid" },
  budget: { access: "index", maxRows: 1_000 },
});

// One change at a time per person: bounds, names and the one default hold whatever comes at once.
const lock = query({
  name: "catalog.lockWishlistsOf",
  text: "select pg_advisory_xact_lock(hashtextextended('catalog.wishlists ' || $1::text, 0)) is null as locked",
  params: ["text"],
  row: { locked: "bool" },
  budget: { access: "write", maxRows: 1 },
});

const insert = query({
  name: "catalog.insertWishlist",
  text: `insert into catalog.wishlists as w (user_id, name, is_default, created_at, updated_at) values ($1, $2, $3, $4, $4) returning ${COLUMNS}`,
  params: ["uuid", "text", "bool", "timestamptz"],
  row,
  budget: { access: "write", maxRows: 1 },
});

const update = query({
  name: "catalog.updateWishlist",
  text: `update catalog.wishlists w set name = $2, share_key = $3, is_default = $4, updated_at = $5, version = w.version + 1 where w.id = $1 returning ${COLUMNS}`,
  params: ["uuid", "text", "text?", "bool", "timestamptz"],
  row,
  budget: { access: "write", maxRows: 1 },
});

const unmakeDefault = query({
  name: "catalog.unmakeDefaultWishlist",
  text: "update catalog.wishlists w set is_default = false where w.user_id = $1 and w.is_default",
  params: ["uuid"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const remove = query({
  name: "catalog.deleteWishlist",
  text: "delete from catalog.wishlists w where w.id = $1",
  params: ["uuid"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const add = query({
  name: "catalog.addWishlistItem",
  text: `insert into catalog.wishlist_items as i (wishlist_id, product_id, variant_id, added_at) values ($1, $2, $3, $4)
    on conflict (wishlist_id, product_id) do update set variant_id = coalesce(excluded.variant_id, i.variant_id)`,
  params: ["uuid", "uuid", "uuid?", "timestamptz"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const take = query({
  name: "catalog.takeWishlistItem",
  text: "delete from catalog.wishlist_items i where i.wishlist_id = $1 and i.product_id = $2 returning i.variant_id",
  params: ["uuid", "uuid"],
  row: { variant_id: "uuid?" },
  budget: { access: "write", maxRows: 1 },
});

const has = query({
  name: "catalog.hasWishlistItem",
  text: "select exists (select from catalog.wishlist_items i where i.wishlist_id = $1 and i.product_id = $2) as has",
  params: ["uuid", "uuid"],
  row: { has: "bool" },
  budget: { access: "index", maxRows: 1 },
});

export const wishlistItemCursor = cursorOf("wishlist items", ["instant", "uuid"]);
const START = ["infinity", "ffffffff-ffff-ffff-ffff-ffffffffffff"] as const;

export async function listWishlistsByIds(db: Reader, ids: readonly string[]): Promise<Wishlist[]> {
  return (await db.many(byIds, [ids])).map(toWishlist);
}

export async function findWishlistByShareKey(db: Reader, key: string): Promise<Wishlist | undefined> {
  const found = await db.maybeOne(byShareKey, [key]);
  return found && toWishlist(found);
}

/** Of each person all, the default first. */
export async function listWishlistsOfUsers(db: Reader, userIds: readonly string[]): Promise<Wishlist[]> {
  return (await db.many(ofUsers, [userIds])).map(toWishlist);
}

/** Of each wishlist up to `limit` products, the latest added first. */
export async function listWishlistItems(db: Reader, wishlistIds: readonly string[], limit: number, after: readonly [string, string] | undefined): Promise<WishlistItem[]> {
  return (await db.many(items, [wishlistIds, ...(after ?? START), limit])).map((found) => ({ wishlistId: found.wishlist_id, productId: found.product_id, variantId: found.variant_id, addedAt: found.added_at, sortKey: found.sort_key }));
}

export async function countWishlistItems(db: Reader, wishlistIds: readonly string[]): Promise<{ id: string; items: number }[]> {
  return db.many(counts, [wishlistIds]);
}

/** Which of the products stand in a wishlist of the person. */
export async function listWishedProducts(db: Reader, productIds: readonly string[], userId: string): Promise<string[]> {
  return (await db.many(wished, [productIds, userId])).map((found) => found.product_id);
}

export async function lockWishlistsOf(tx: Tx, userId: string): Promise<void> {
  await tx.one(lock, [userId]);
}

/** Where it becomes the default, the one that was is none any more. */
export async function insertWishlist(tx: Tx, userId: string, name: string, isDefault: boolean, at: Date): Promise<Wishlist> {
  if (isDefault) await tx.execute(unmakeDefault, [userId]);
  return toWishlist(await tx.one(insert, [userId, name, isDefault, at]));
}

export async function updateWishlist(tx: Tx, wishlist: Wishlist, at: Date): Promise<Wishlist> {
  if (wishlist.isDefault) await tx.execute(unmakeDefault, [wishlist.userId]);
  return toWishlist(await tx.one(update, [wishlist.id, wishlist.name, wishlist.shareKey, wishlist.isDefault, at]));
}

export async function deleteWishlist(tx: Tx, id: string): Promise<void> {
  await tx.execute(remove, [id]);
}

/** One that is there already stays where it is; a variant that is named now is taken over. */
export async function addWishlistItem(tx: Tx, wishlistId: string, productId: string, variantId: string | null, at: Date): Promise<void> {
  await tx.execute(add, [wishlistId, productId, variantId, at]);
}

/** Takes the product out; undefined where it was not in. */
export async function takeWishlistItem(tx: Tx, wishlistId: string, productId: string): Promise<{ variantId: string | null } | undefined> {
  const found = await tx.maybeOne(take, [wishlistId, productId]);
  return found && { variantId: found.variant_id };
}

export async function hasWishlistItem(tx: Tx, wishlistId: string, productId: string): Promise<boolean> {
  return (await tx.one(has, [wishlistId, productId])).has;
}
