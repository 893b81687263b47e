import type { Reader } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";
import type { NewHandle, ReadHandle } from "../ports/handles.ts";

const insert = query({
  name: "users.insertLoginChallenge",
  text: `with old as (
      delete from users.login_challenges c where c.id in (select o.id from users.login_challenges o where o.expires_at < $6 order by o.expires_at limit 100)
    )
    insert into users.login_challenges (id, secret_hash, user_id, first_methods, session_epoch, created_at, expires_at, device) values ($1, $2, $3, $4, $5, $6, $7, $8)`,
  params: ["uuid", "bytea", "uuid", "text[]", "int4", "timestamptz", "timestamptz", "text?"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const find = query({
  name: "users.findLoginChallenge",
  text: `select c.user_id, c.first_methods, c.session_epoch, c.device from users.login_challenges c
    where c.id = $1 and c.secret_hash = $2 and c.used_at is null and c.expires_at > $3 and c.attempts < $4`,
  params: ["uuid", "bytea", "timestamptz", "int4"],
  row: { user_id: "uuid", first_methods: "text[]", session_epoch: "int4", device: "text?" },
  budget: { access: "index", maxRows: 1 },
});

// Counted before a code is looked at, in the row itself: no process and no cache has to be asked, and none can be forgotten.
const count = query({
  name: "users.countChallengeAttempt",
  text: "update users.login_challenges c set attempts = c.attempts + 1 where c.id = $1 and c.used_at is null and c.expires_at > $2 and c.attempts < $3",
  params: ["uuid", "timestamptz", "int4"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const use = query({
  name: "users.useLoginChallenge",
  text: "update users.login_challenges c set used_at = $2 where c.id = $1 and c.used_at is null and c.expires_at > $2",
  params: ["uuid", "timestamptz"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

export interface LoginChallenge {
  readonly id: string;
  readonly userId: string;
  readonly firstMethods: readonly string[];
  readonly sessionEpoch: number;
  /** The known device of the login; undefined for an unknown one. */
  readonly device: string | undefined;
}

/** Keeps a login that waits; forgets some that waited too long. */
export async function insertLoginChallenge(db: Reader, { id, secretHash }: NewHandle, challenge: Omit<LoginChallenge, "id">, at: Date, expiresAt: Date): Promise<void> {
  await db.execute(insert, [id, secretHash, challenge.userId, challenge.firstMethods, challenge.sessionEpoch, at, expiresAt, challenge.device ?? null]);
}

/** The login that waits under a handle; undefined for one that is over, or never was. */
export async function findLoginChallenge(db: Reader, { id, secretHash }: ReadHandle, at: Date, mostAttempts: number): Promise<LoginChallenge | undefined> {
  const found = await db.maybeOne(find, [id, secretHash, at, mostAttempts]);
  return found && { id, userId: found.user_id, firstMethods: found.first_methods, sessionEpoch: found.session_epoch, device: found.device ?? undefined };
}

/** Takes one of the codes that a login may try. False where none is left. */
export async function countChallengeAttempt(db: Reader, id: string, at: Date, mostAttempts: number): Promise<boolean> {
  return (await db.execute(count, [id, at, mostAttempts])) === 1;
}

/** Ends a login that waits, once. */
export async function useLoginChallenge(db: Reader, id: string, at: Date): Promise<boolean> {
  return (await db.execute(use, [id, at])) === 1;
}
