import type { Reader, Tx } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";

export type TokenPurpose = "VERIFY_EMAIL" | "RESET_PASSWORD" | "CHANGE_EMAIL";

// A token is good for its purpose, its person and what it is bound to, until it ends. The database's clock, by which it was made.
const GOOD = `t.secret_hash = $1 and t.purpose = $2 and t.expires_at > clock_timestamp() and u.id = t.user_id and u.status = 'ACTIVE'
  and t.binding = users.token_binding(t.purpose, u.email, u.password_hash, u.session_epoch)`;

const find = query({
  name: "users.findOneTimeToken",
  text: `select u.id as user_id, u.email from users.one_time_tokens t, users.users u where ${GOOD}`,
  params: ["bytea", "text"],
  row: { user_id: "uuid", email: "text?" },
  budget: { access: "index", maxRows: 1 },
});

/** Whom a token is good for; undefined for one that is not, or no more. It stays good. */
export async function findOneTimeToken(db: Reader, secretHash: Buffer, purpose: TokenPurpose): Promise<{ userId: string; email: string | null } | undefined> {
  const found = await db.maybeOne(find, [secretHash, purpose]);
  return found && { userId: found.user_id, email: found.email };
}

// The person first: whatever ends the token by changing the account waits here, or was before, and then the binding is another.
const lock = query({
  name: "users.lockOwnerOfToken",
  text: "select u.id from users.one_time_tokens t join users.users u on u.id = t.user_id where t.secret_hash = $1 for update of u",
  params: ["bytea"],
  row: { id: "uuid" },
  budget: { access: "write", maxRows: 1 },
});

const use = query({
  name: "users.useOneTimeToken",
  text: `delete from users.one_time_tokens t using users.users u where ${GOOD} and ($3::uuid is null or u.id = $3) returning u.id as user_id, u.email, t.new_email`,
  params: ["bytea", "text", "uuid?"],
  row: { user_id: "uuid", email: "text?", new_email: "text?" },
  budget: { access: "write", maxRows: 1 },
});

export interface UsedToken {
  readonly userId: string;
  /** The account's address as it is. */
  readonly email: string | null;
  readonly newEmail: string | null;
}

/** Uses a token up: of two uses at once one gets it. Undefined for a token that is not good, or is not `viewerId`'s where one is given. */
export async function useOneTimeToken(tx: Tx, secretHash: Buffer, purpose: TokenPurpose, viewerId: string | null): Promise<UsedToken | undefined> {
  if (!(await tx.maybeOne(lock, [secretHash]))) return undefined;
  const used = await tx.maybeOne(use, [secretHash, purpose, viewerId]);
  return used && { userId: used.user_id, email: used.email, newEmail: used.new_email };
}
