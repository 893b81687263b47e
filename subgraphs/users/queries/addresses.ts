import type { Reader, Tx } from "#platform/db/database.ts";
import { query, type RowOf } from "#platform/db/query.ts";
import { type Address, type AddressText, MAX_ADDRESSES } from "../domain/address.ts";

const COLUMNS = "a.id, a.user_id, a.name, a.line1, a.line2, a.city, a.region, a.postal_code, a.country_code, a.phone, a.is_default, a.is_default_billing, a.created_at, a.version";
const row = {
  id: "uuid", user_id: "uuid", name: "text?", line1: "text?", line2: "text?", city: "text?", region: "text?", postal_code: "text?", country_code: "text?", phone: "text?",
  is_default: "bool", is_default_billing: "bool", created_at: "timestamptz", version: "int4",
} as const;

const toAddress = (found: RowOf<typeof row>): Address => ({
  id: found.id, userId: found.user_id, name: found.name, line1: found.line1, line2: found.line2, city: found.city, region: found.region, postalCode: found.postal_code,
  countryCode: found.country_code, phone: found.phone, isDefaultShipping: found.is_default, isDefaultBilling: found.is_default_billing, createdAt: found.created_at, version: found.version,
});

const ofUsers = query({
  name: "users.addressesOfUsers",
  text: `select ${COLUMNS} from unnest($1::uuid[]) as asked (user_id)
    cross join lateral (select * from users.addresses a where a.user_id = asked.user_id order by a.id desc limit ${MAX_ADDRESSES}) a`,
  params: ["uuid[]"],
  row,
  budget: { access: "index", maxRows: 50_000 },
});

// Two who add at once must both be counted, and nobody adds to an account that is being closed.
const lockPerson = query({
  name: "users.lockPersonForAddresses",
  text: "select u.id from users.users u where u.id = $1 and u.status = 'ACTIVE' for no key update",
  params: ["uuid"],
  row: { id: "uuid" },
  budget: { access: "write", maxRows: 1 },
});

// A statement of its own: the one that waits for the lock sees what was there before it waited.
const count = query({
  name: "users.countAddresses",
  text: "select count(*) as addresses from users.addresses a where a.user_id = $1",
  params: ["uuid"],
  row: { addresses: "int8" },
  budget: { access: "index", maxRows: 1 },
});

const forUpdate = query({
  name: "users.addressForUpdate",
  text: `select ${COLUMNS} from users.addresses a where a.id = $1 and a.user_id = $2 for update`,
  params: ["uuid", "uuid"],
  row,
  budget: { access: "write", maxRows: 1 },
});

const dropDefaults = query({
  name: "users.dropDefaultAddresses",
  text: `update users.addresses a set is_default = a.is_default and not $3, is_default_billing = a.is_default_billing and not $4, version = a.version + 1, updated_at = $5
    where a.user_id = $1 and a.id is distinct from $2 and ((a.is_default and $3) or (a.is_default_billing and $4))`,
  params: ["uuid", "uuid?", "bool", "bool", "timestamptz"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const TEXTS = ["text?", "text?", "text?", "text?", "text?", "text?", "text?", "text?"] as const;
const insert = query({
  name: "users.insertAddress",
  text: `insert into users.addresses as a (user_id, name, line1, line2, city, region, postal_code, country_code, phone, is_default, is_default_billing, created_at, updated_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12) returning ${COLUMNS}`,
  params: ["uuid", ...TEXTS, "bool", "bool", "timestamptz"],
  row,
  budget: { access: "write", maxRows: 1 },
});

const update = query({
  name: "users.updateAddress",
  text: `update users.addresses a set name = $2, line1 = $3, line2 = $4, city = $5, region = $6, postal_code = $7, country_code = $8, phone = $9,
      country_label = case when a.country_code is distinct from $8 then null else a.country_label end,
      is_default = $10, is_default_billing = $11, updated_at = $12, version = a.version + 1
    where a.id = $1 returning ${COLUMNS}`,
  params: ["uuid", ...TEXTS, "bool", "bool", "timestamptz"],
  row,
  budget: { access: "write", maxRows: 1 },
});

const remove = query({
  name: "users.deleteAddress",
  text: "delete from users.addresses a where a.id = $1",
  params: ["uuid"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

/** The people's addresses, each person's from the newest, at most {@link MAX_ADDRESSES}. */
export async function listAddressesOfUsers(db: Reader, userIds: readonly string[]): Promise<Address[]> {
  return (await db.many(ofUsers, [userIds])).map(toAddress);
}

/** How many addresses an active person has, counted under a lock; undefined where there is no such person any more. */
export async function lockAddressBook(tx: Tx, userId: string): Promise<number | undefined> {
  if (!(await tx.maybeOne(lockPerson, [userId]))) return undefined;
  return Number((await tx.one(count, [userId])).addresses);
}

export async function findAddressForUpdate(tx: Tx, id: string, userId: string): Promise<Address | undefined> {
  const found = await tx.maybeOne(forUpdate, [id, userId]);
  return found && toAddress(found);
}

type Written = AddressText & Pick<Address, "isDefaultShipping" | "isDefaultBilling">;
const textsOf = (text: AddressText) => [text.name, text.line1, text.line2, text.city, text.region, text.postalCode, text.countryCode, text.phone] as const;

/** Takes the defaults from the person's other addresses that the written one is to have. */
export async function dropOtherDefaults(tx: Tx, userId: string, id: string | null, written: Pick<Written, "isDefaultShipping" | "isDefaultBilling">, at: Date): Promise<void> {
  if (written.isDefaultShipping || written.isDefaultBilling) await tx.execute(dropDefaults, [userId, id, written.isDefaultShipping, written.isDefaultBilling, at]);
}

export async function insertAddress(tx: Tx, userId: string, written: Written, at: Date): Promise<Address> {
  return toAddress(await tx.one(insert, [userId, ...textsOf(written), written.isDefaultShipping, written.isDefaultBilling, at]));
}

export async function updateAddress(tx: Tx, id: string, written: Written, at: Date): Promise<Address> {
  return toAddress(await tx.one(update, [id, ...textsOf(written), written.isDefaultShipping, written.isDefaultBilling, at]));
}

export async function deleteAddress(tx: Tx, id: string): Promise<void> {
  await tx.execute(remove, [id]);
}
