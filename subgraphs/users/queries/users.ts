import { isRole } from "#kit/viewer.ts";
import type { Reader, Tx } from "#platform/db/database.ts";
import { query, type RowOf } from "#platform/db/query.ts";
import type { Registration } from "../domain/registration.ts";
import type { User } from "../domain/user.ts";

const COLUMNS = "u.id, u.email, u.display_name, u.roles, u.country_code, u.created_at, u.status = 'ACTIVE' as is_active, u.session_epoch, u.email_verified_at is not null as is_verified, u.locale, u.version";
const row = { id: "uuid", email: "text?", display_name: "text?", roles: "text[]", country_code: "text?", created_at: "timestamptz", is_active: "bool", session_epoch: "int4", is_verified: "bool", locale: "text?", version: "int4" } as const;

function toUser(found: RowOf<typeof row>): User {
  return {
    id: found.id, email: found.email, displayName: found.display_name, roles: found.roles.filter(isRole).sort(),
    countryCode: found.country_code, createdAt: found.created_at, isActive: found.is_active, sessionEpoch: found.session_epoch,
    isEmailVerified: found.is_verified, locale: found.locale, version: found.version,
  };
}

const byIds = query({
  name: "users.usersByIds",
  text: `select ${COLUMNS} from users.users u where u.id = any($1)`,
  params: ["uuid[]"],
  row,
  budget: { access: "index", maxRows: 1_000 },
});

const forLogin = query({
  name: "users.userForLogin",
  text: `select ${COLUMNS}, u.password_hash from users.users u
    where u.email = $1 and (u.email_verified_at is not null or u.id = (select n.id from users.users n where n.email = $1 and n.email_verified_at is null order by n.id desc limit 1))
    order by u.email_verified_at is null`,
  params: ["text"],
  row: { ...row, password_hash: "text?" },
  budget: { access: "index", maxRows: 2 },
});

// The address is not proven yet, so it may be another account's as well.
const insert = query({
  name: "users.insertUser",
  text: `insert into users.users as u (email, display_name, password_hash, country_code, created_at, email_verified_at)
    values ($1, $2, $3, $4, $5, null) returning ${COLUMNS}`,
  params: ["text", "text?", "text", "text?", "timestamptz"],
  row,
  budget: { access: "write", maxRows: 1 },
});

const tell = query({
  name: "users.insertOutbox",
  text: "insert into platform.outbox (aggregate, aggregate_id, type, payload, occurred_at) values ('user', $1, $2, $3, $4)",
  params: ["uuid", "text", "jsonb", "timestamptz"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

export async function listUsersByIds(db: Reader, ids: readonly string[]): Promise<User[]> {
  return (await db.many(byIds, [ids])).map(toUser);
}

export interface LoginAccount {
  readonly user: User;
  /** Goes nowhere but into the comparison. */
  readonly passwordHash: string | null;
}

/** The accounts that an address may log in to with their hashes: the one that has proven it, and the newest of those that only claim it. */
export async function listForLogin(db: Reader, email: string): Promise<LoginAccount[]> {
  return (await db.many(forLogin, [email])).map((found) => ({ user: toUser(found), passwordHash: found.password_hash }));
}

/** A new account whose address is not proven. Tells of it in the same transaction. */
export async function insertUser(tx: Tx, account: Omit<Registration, "password"> & { passwordHash: string; at: Date }): Promise<User> {
  const found = await tx.one(insert, [account.email, account.displayName, account.passwordHash, account.countryCode, account.at]);
  await tx.execute(tell, [found.id, "UserRegistered", { userId: found.id, countryCode: found.country_code }, account.at]);
  return toUser(found);
}
