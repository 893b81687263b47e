import type { Reader } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";
import type { Vendor } from "../domain/user.ts";

/** Most vendors one person is shown to sell for. */
const MAX_VENDORS = 100;

const byIds = query({
  name: "users.vendorsByIds",
  text: "select v.id, v.slug, v.name from users.vendors v where v.id = any($1)",
  params: ["uuid[]"],
  row: { id: "uuid", slug: "text", name: "text" },
  budget: { access: "index", maxRows: 1_000 },
});

const ofMembers = query({
  name: "users.vendorsOfMembers",
  text: `select asked.user_id, v.id, v.slug, v.name
    from unnest($1::uuid[]) as asked (user_id)
    cross join lateral (
      select v.id, v.slug, v.name from users.vendor_members m join users.vendors v on v.id = m.vendor_id
      where m.user_id = asked.user_id order by v.name, v.id limit ${MAX_VENDORS}
    ) v`,
  params: ["uuid[]"],
  row: { user_id: "uuid", id: "uuid", slug: "text", name: "text" },
  budget: { access: "index", maxRows: 100_000 },
});

export async function listVendorsByIds(db: Reader, ids: readonly string[]): Promise<Vendor[]> {
  return db.many(byIds, [ids]);
}

/** The vendors each of the people sells for, by name. */
export async function listVendorsOfMembers(db: Reader, userIds: readonly string[]): Promise<(Vendor & { userId: string })[]> {
  return (await db.many(ofMembers, [userIds])).map(({ user_id, ...vendor }) => ({ ...vendor, userId: user_id }));
}
