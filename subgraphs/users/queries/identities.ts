import type { Reader, Tx } from "#platform/db/database.ts";
import { query, type RowOf } from "#platform/db/query.ts";
import type { Identity, NewIdentity } from "../domain/identity.ts";

const COLUMNS = "i.id, i.user_id, i.issuer, i.provider, i.email, i.created_at, i.last_used_at";
const row = { id: "uuid", user_id: "uuid", issuer: "text", provider: "text", email: "text?", created_at: "timestamptz", last_used_at: "timestamptz" } as const;

const toIdentity = (found: RowOf<typeof row>): Identity => ({
  id: found.id, userId: found.user_id, issuer: found.issuer, provider: found.provider, email: found.email, linkedAt: found.created_at, lastUsedAt: found.last_used_at,
});

/** Most identities one account has. */
export const MAX_IDENTITIES = 20;

const use = query({
  name: "users.useIdentity",
  text: `update users.identities as i set last_used_at = $3, email = $4 where i.issuer = $1 and i.subject = $2 returning ${COLUMNS}`,
  params: ["text", "text", "timestamptz", "text?"],
  row,
  budget: { access: "write", maxRows: 1 },
});

const insert = query({
  name: "users.insertIdentity",
  text: `insert into users.identities as i (user_id, issuer, subject, provider, email, created_at, last_used_at) values ($1, $2, $3, $4, $5, $6, $6)
    on conflict (issuer, subject) do nothing returning ${COLUMNS}`,
  params: ["uuid", "text", "text", "text", "text?", "timestamptz"],
  row,
  budget: { access: "write", maxRows: 1 },
});

const find = query({
  name: "users.findIdentity",
  text: `select ${COLUMNS} from users.identities i where i.issuer = $1 and i.subject = $2`,
  params: ["text", "text"],
  row,
  budget: { access: "index", maxRows: 1 },
});

const ofUsers = query({
  name: "users.identitiesOfUsers",
  text: `select i.* from unnest($1::uuid[]) as asked (user_id) cross join lateral (
      select ${COLUMNS} from users.identities i where i.user_id = asked.user_id order by i.created_at, i.id limit ${MAX_IDENTITIES}
    ) i`,
  params: ["uuid[]"],
  row,
  budget: { access: "index", maxRows: 20_000 },
});

const lock = query({
  name: "users.lockWaysIn",
  text: "select u.password_hash is not null and u.email is not null as has_password, u.email is null or u.email_verified_at is not null as is_proven from users.users u where u.id = $1 for update",
  params: ["uuid"],
  row: { has_password: "bool", is_proven: "bool" },
  budget: { access: "write", maxRows: 1 },
});

// In a statement of its own after the lock: one that had to wait for the lock would count what was there before it.
const count = query({
  name: "users.countIdentities",
  text: "select count(*) as identities from users.identities i where i.user_id = $1",
  params: ["uuid"],
  row: { identities: "int8" },
  budget: { access: "index", maxRows: 1 },
});

const remove = query({
  name: "users.removeIdentity",
  text: `delete from users.identities as i where i.id = $1 and i.user_id = $2 returning ${COLUMNS}`,
  params: ["uuid", "uuid"],
  row,
  budget: { access: "write", maxRows: 1 },
});

/** The account's identity of the issuer, marked as used with the address it names now; undefined for one that is new. */
export async function useIdentity(db: Reader, { issuer, subject, email }: Pick<NewIdentity, "issuer" | "subject" | "email">, at: Date): Promise<Identity | undefined> {
  const found = await db.maybeOne(use, [issuer, subject, at, email]);
  return found && toIdentity(found);
}

/** Gives the account one more way in. Undefined where the identity has an account. */
export async function insertIdentity(tx: Tx, userId: string, { issuer, subject, provider, email }: NewIdentity, at: Date): Promise<Identity | undefined> {
  const made = await tx.maybeOne(insert, [userId, issuer, subject, provider, email, at]);
  return made && toIdentity(made);
}

export async function findIdentity(db: Reader, { issuer, subject }: Pick<NewIdentity, "issuer" | "subject">): Promise<Identity | undefined> {
  const found = await db.maybeOne(find, [issuer, subject]);
  return found && toIdentity(found);
}

/** The identities of people, the oldest first. */
export async function listIdentitiesOfUsers(db: Reader, userIds: readonly string[]): Promise<Identity[]> {
  return (await db.many(ofUsers, [userIds])).map(toIdentity);
}

/** By what the account can be entered, and whether its address, if any, is proven; held still until the transaction ends. */
export async function lockWaysIn(tx: Tx, userId: string): Promise<{ hasPassword: boolean; identities: number; isProven: boolean } | undefined> {
  const found = await tx.maybeOne(lock, [userId]);
  return found && { hasPassword: found.has_password, isProven: found.is_proven, identities: Number((await tx.one(count, [userId])).identities) };
}

/** Takes an identity of the account away; undefined for one that is not its own. */
export async function removeIdentity(tx: Tx, userId: string, id: string): Promise<Identity | undefined> {
  const gone = await tx.maybeOne(remove, [id, userId]);
  return gone && toIdentity(gone);
}
