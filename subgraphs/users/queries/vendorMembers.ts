import type { Reader, Tx } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";
import { MAX_MEMBERS, type VendorMember, type VendorRole } from "../domain/vendor.ts";

const ofVendors = query({
  name: "users.membersOfVendors",
  text: `select asked.vendor_id, m.user_id, u.display_name, m.role
    from unnest($1::uuid[]) as asked (vendor_id)
    cross join lateral (select n.user_id, n.role from users.vendor_members n where n.vendor_id = asked.vendor_id order by n.role desc, n.user_id limit ${MAX_MEMBERS}) m
    join users.users u on u.id = m.user_id order by asked.vendor_id, m.role desc, m.user_id`,
  params: ["uuid[]"],
  row: { vendor_id: "uuid", user_id: "uuid", display_name: "text?", role: "text" },
  budget: { access: "index", maxRows: 100_000 },
});

const put = query({
  name: "users.putVendorMember",
  text: `insert into users.vendor_members (vendor_id, user_id, role) values ($1, $2, $3)
    on conflict (vendor_id, user_id) do update set role = excluded.role`,
  params: ["uuid", "uuid", "text"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const remove = query({
  name: "users.removeVendorMember",
  text: "delete from users.vendor_members m where m.vendor_id = $1 and m.user_id = $2",
  params: ["uuid", "uuid"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

// The role comes with the first vendor and goes with the last one. Who is let in need not have asked for it: their tokens stay good, and
// say so from the next refresh on. Who is let out loses at once what the tokens say.
const follow = query({
  name: "users.vendorRoleFollowsMembership",
  text: `update users.users as u set version = u.version + 1, tokens_void_before = case when $2 then clock_timestamp() else u.tokens_void_before end,
      roles = case when exists (select from users.vendor_members m where m.user_id = u.id)
        then array(select distinct r from unnest(u.roles || 'VENDOR'::text) r order by r)
        else coalesce(nullif(array_remove(u.roles, 'VENDOR'), '{}'), '{CUSTOMER}') end
    where u.id = $1`,
  params: ["uuid", "bool"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

/** The people who sell for each of the vendors, owners first. */
export async function listVendorMembers(db: Reader, vendorIds: readonly string[]): Promise<VendorMember[]> {
  return (await db.many(ofVendors, [vendorIds])).map((found) => ({ vendorId: found.vendor_id, userId: found.user_id, displayName: found.display_name, role: found.role as VendorRole }));
}

/** Also gives the person the role VENDOR. Their access tokens know of it from the next refresh on. */
export async function putVendorMember(tx: Tx, { vendorId, userId, role }: Pick<VendorMember, "vendorId" | "userId" | "role">): Promise<void> {
  await tx.execute(put, [vendorId, userId, role]);
  await tx.execute(follow, [userId, false]);
}

/** The role VENDOR goes with the last vendor; access tokens that know of it are void. */
export async function removeVendorMember(tx: Tx, vendorId: string, userId: string): Promise<void> {
  await tx.execute(remove, [vendorId, userId]);
  await tx.execute(follow, [userId, true]);
}
