import type { Reader, Tx } from "#platform/db/database.ts";
import { query, type RowOf } from "#platform/db/query.ts";
import type { Vendor } from "../domain/user.ts";

/** Most vendors one person is shown to sell for. */
const MAX_VENDORS = 100;

const COLUMNS = "v.id, v.slug, v.name, v.commission_bps, v.version";
const row = { id: "uuid", slug: "text", name: "text", commission_bps: "int4", version: "int4" } as const;
const toVendor = ({ commission_bps, ...found }: RowOf<typeof row>): Vendor => ({ id: found.id, slug: found.slug, name: found.name, version: found.version, commissionBps: commission_bps });

const byIds = query({
  name: "users.vendorsByIds",
  text: `select ${COLUMNS} from users.vendors v where v.id = any($1)`,
  params: ["uuid[]"],
  row,
  budget: { access: "index", maxRows: 1_000 },
});

const ofMembers = query({
  name: "users.vendorsOfMembers",
  text: `select asked.user_id, ${COLUMNS}
    from unnest($1::uuid[]) as asked (user_id)
    cross join lateral (
      select ${COLUMNS} from users.vendor_members m join users.vendors v on v.id = m.vendor_id
      where m.user_id = asked.user_id order by v.name, v.id limit ${MAX_VENDORS}
    ) v`,
  params: ["uuid[]"],
  row: { user_id: "uuid", ...row },
  budget: { access: "index", maxRows: 100_000 },
});

export async function listVendorsByIds(db: Reader, ids: readonly string[]): Promise<Vendor[]> {
  return (await db.many(byIds, [ids])).map(toVendor);
}

/** The vendors each of the people sells for, by name. */
export async function listVendorsOfMembers(db: Reader, userIds: readonly string[]): Promise<(Vendor & { userId: string })[]> {
  return (await db.many(ofMembers, [userIds])).map(({ user_id, ...found }) => ({ ...toVendor(found), userId: user_id }));
}

const bySlug = query({
  name: "users.vendorBySlug",
  text: `select ${COLUMNS} from users.vendors v where v.slug = $1`,
  params: ["text"],
  row,
  budget: { access: "index", maxRows: 1 },
});

const page = query({
  name: "users.vendors",
  text: `select ${COLUMNS} from users.vendors v where (v.name, v.id) > ($1, $2) order by v.name, v.id limit $3`,
  params: ["text", "uuid", "int4"],
  row,
  budget: { access: "index", maxRows: 101 },
});

const forUpdate = query({
  name: "users.vendorForUpdate",
  text: `select ${COLUMNS} from users.vendors v where v.id = $1 for update`,
  params: ["uuid"],
  row,
  budget: { access: "write", maxRows: 1 },
});

const insert = query({
  name: "users.insertVendor",
  text: `insert into users.vendors as v (slug, name, commission_bps, created_at) values ($1, $2, coalesce($3, 1000), $4) on conflict (slug) do nothing returning ${COLUMNS}`,
  params: ["text", "text", "int4?", "timestamptz"],
  row,
  budget: { access: "write", maxRows: 1 },
});

const update = query({
  name: "users.updateVendor",
  text: `update users.vendors as v set slug = coalesce($2, v.slug), name = $3, commission_bps = coalesce($4, v.commission_bps), version = v.version + 1
    where v.id = $1 and not exists (select from users.vendors o where o.slug = $2 and o.id <> $1) returning ${COLUMNS}`,
  params: ["uuid", "text?", "text", "int4?"],
  row,
  budget: { access: "write", maxRows: 1 },
});

export async function findVendorBySlug(db: Reader, slug: string): Promise<Vendor | undefined> {
  const found = await db.maybeOne(bySlug, [slug]);
  return found && toVendor(found);
}

/** By name, after the cursor. */
export async function listVendors(db: Reader, [name, id]: readonly [string, string], limit: number): Promise<Vendor[]> {
  return (await db.many(page, [name, id, limit])).map(toVendor);
}

export async function findVendorForUpdate(tx: Tx, id: string): Promise<Vendor | undefined> {
  const found = await tx.maybeOne(forUpdate, [id]);
  return found && toVendor(found);
}

/** Undefined when another vendor has the slug. */
export async function insertVendor(tx: Tx, vendor: { slug: string; name: string; commissionBps: number | null }, at: Date): Promise<Vendor | undefined> {
  const found = await tx.maybeOne(insert, [vendor.slug, vendor.name, vendor.commissionBps, at]);
  return found && toVendor(found);
}

/** What is null stays. Undefined when another vendor has the slug. */
export async function updateVendor(tx: Tx, id: string, vendor: { slug: string | null; name: string; commissionBps: number | null }): Promise<Vendor | undefined> {
  const found = await tx.maybeOne(update, [id, vendor.slug, vendor.name, vendor.commissionBps]);
  return found && toVendor(found);
}
