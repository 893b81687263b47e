import type { Reader, Tx } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";

const verifyEmail = query({
  name: "users.verifyEmail",
  text: "update users.users as u set email_verified_at = clock_timestamp(), version = u.version + 1 where u.id = $1 and u.email_verified_at is null",
  params: ["uuid"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

/** Notes that the person reads mail at the account's address; false where that was known. @throws a unique violation where another account has proven it. */
export async function markEmailVerified(tx: Tx, userId: string): Promise<boolean> {
  return (await tx.execute(verifyEmail, [userId])) === 1;
}

// With the count goes what was begun under it: logins that wait for a code, changes of the address, links to reset the password.
const forget = query({
  name: "users.forgetUnprovenWaysIn",
  text: `with identities as (delete from users.identities i where i.user_id = $1 returning i.provider),
      flows as (delete from users.identity_flows f where f.user_id = $1),
      challenges as (delete from users.login_challenges c where c.user_id = $1),
      codes as (delete from users.recovery_codes c where c.user_id = $1),
      factor as (delete from users.totp_factors f where f.user_id = $1 returning f.confirmed_at),
      proofs as (update users.users as u set session_epoch = u.session_epoch + 1 where u.id = $1)
    select array(select i.provider from identities i) as providers, exists (select from factor f where f.confirmed_at is not null) as had_factor`,
  params: ["uuid"],
  row: { providers: "text[]", had_factor: "bool" },
  budget: { access: "write", maxRows: 1 },
});

/** Takes away every way into an account beside its password, and what is under way; answers what counted. Sessions stay. */
export async function forgetWaysIn(tx: Tx, userId: string): Promise<{ providers: readonly string[]; hadFactor: boolean }> {
  const gone = await tx.one(forget, [userId]);
  return { providers: gone.providers, hadFactor: gone.had_factor };
}

const setEmail = query({
  name: "users.setEmail",
  text: "update users.users as u set email = $2, email_verified_at = clock_timestamp(), version = u.version + 1 where u.id = $1",
  params: ["uuid", "text"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

/** Gives the account another address, which its person has shown to read. @throws a unique violation where another account has proven it. */
export async function changeEmail(tx: Tx, userId: string, email: string): Promise<void> {
  await tx.execute(setEmail, [userId, email]);
}

// Every proof that was read before lapses: the count goes up.
const setPassword = query({
  name: "users.setPassword",
  text: `update users.users as u set password_hash = $2, session_epoch = u.session_epoch + 1, version = u.version + 1
    where u.id = $1 and u.status = 'ACTIVE' and ($3::int4 is null or u.session_epoch = $3)`,
  params: ["uuid", "text", "int4?"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

/** Gives the account another password; false where it is disabled, or is no more as it was under `epoch`. */
export async function changePassword(tx: Tx, { userId, passwordHash, epoch }: { userId: string; passwordHash: string; epoch: number | null }): Promise<boolean> {
  return (await tx.execute(setPassword, [userId, passwordHash, epoch])) === 1;
}

const credentials = query({
  name: "users.credentialsOf",
  text: "select u.email, u.email_verified_at is not null as is_verified, u.session_epoch from users.users u where u.id = $1 and u.status = 'ACTIVE'",
  params: ["uuid"],
  row: { email: "text?", is_verified: "bool", session_epoch: "int4" },
  budget: { access: "index", maxRows: 1 },
});

export interface Credentials {
  /** Null where the person logs in by an identity provider alone and gave none. */
  readonly email: string | null;
  readonly isVerified: boolean;
  /** Under which what is read of the account now holds (users.users.session_epoch). */
  readonly epoch: number;
}

/** By what a person logs in; undefined for a disabled account. */
export async function findCredentials(db: Reader, userId: string): Promise<Credentials | undefined> {
  const found = await db.maybeOne(credentials, [userId]);
  return found && { email: found.email, isVerified: found.is_verified, epoch: found.session_epoch };
}
