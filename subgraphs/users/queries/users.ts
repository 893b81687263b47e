import { isRole } from "#kit/viewer.ts";
import type { Reader, Tx } from "#platform/db/database.ts";
import { query, type RowOf } from "#platform/db/query.ts";
import type { Registration } from "../domain/registration.ts";
import type { User } from "../domain/user.ts";

const COLUMNS = "u.id, u.email, u.display_name, u.roles, u.country_code, u.created_at, u.status = 'ACTIVE' as is_active, u.session_epoch";
const row = { id: "uuid", email: "text", display_name: "text?", roles: "text[]", country_code: "text?", created_at: "timestamptz", is_active: "bool", session_epoch: "int4" } as const;

function toUser(found: RowOf<typeof row>): User {
  return {
    id: found.id, email: found.email, displayName: found.display_name, roles: found.roles.filter(isRole).sort(),
    countryCode: found.country_code, createdAt: found.created_at, isActive: found.is_active, sessionEpoch: found.session_epoch,
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
  text: `select ${COLUMNS}, u.password_hash from users.users u where u.email = $1`,
  params: ["text"],
  row: { ...row, password_hash: "text?" },
  budget: { access: "index", maxRows: 1 },
});

// An address that is taken is an answer, not an error: of two registrations at once one gets no row.
const insert = query({
  name: "users.insertUser",
  text: `insert into users.users as u (email, display_name, password_hash, country_code, created_at)
    values ($1, $2, $3, $4, $5) on conflict (email) do nothing returning ${COLUMNS}`,
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

/** The account of an address with its hash, or undefined. The hash goes nowhere but into the comparison. */
export async function findForLogin(db: Reader, email: string): Promise<{ user: User; passwordHash: string | null } | undefined> {
  const found = await db.maybeOne(forLogin, [email]);
  return found && { user: toUser(found), passwordHash: found.password_hash };
}

/** The new account, or undefined when the address is taken. Tells of it in the same transaction. */
export async function insertUser(tx: Tx, account: Omit<Registration, "password"> & { passwordHash: string; at: Date }): Promise<User | undefined> {
  const found = await tx.maybeOne(insert, [account.email, account.displayName, account.passwordHash, account.countryCode, account.at]);
  if (!found) return undefined;
  await tx.execute(tell, [found.id, "UserRegistered", { userId: found.id, countryCode: found.country_code }, account.at]);
  return toUser(found);
}
