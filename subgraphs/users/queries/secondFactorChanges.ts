import type { Reader, Tx } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";

// A factor that counts is not replaced: it has to be turned off first, by someone who can show it.
const enrol = query({
  name: "users.enrolFactor",
  text: `insert into users.totp_factors as f (user_id, secret_box, created_at) values ($1, $2, $3)
    on conflict (user_id) do update set secret_box = excluded.secret_box, created_at = excluded.created_at, last_used_step = 0
    where f.confirmed_at is null returning f.user_id`,
  params: ["uuid", "text", "timestamptz"],
  row: { user_id: "uuid" },
  budget: { access: "write", maxRows: 1 },
});

const find = query({
  name: "users.findFactor",
  text: "select f.secret_box, f.created_at, f.confirmed_at from users.totp_factors f where f.user_id = $1",
  params: ["uuid"],
  row: { secret_box: "text", created_at: "timestamptz", confirmed_at: "timestamptz?" },
  budget: { access: "index", maxRows: 1 },
});

const confirm = query({
  name: "users.confirmFactor",
  text: `update users.totp_factors f set confirmed_at = $3, last_used_step = $4
    where f.user_id = $1 and f.secret_box = $2 and f.confirmed_at is null`,
  params: ["uuid", "text", "timestamptz", "int8"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

// Of two uses of one code at the same moment the second finds the step moved on.
const useStep = query({
  name: "users.useTotpStep",
  text: "update users.totp_factors f set last_used_step = $2 where f.user_id = $1 and f.confirmed_at is not null and f.last_used_step < $2",
  params: ["uuid", "int8"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const useCode = query({
  name: "users.useRecoveryCode",
  text: `update users.recovery_codes c set used_at = $3 where c.user_id = $1 and c.code_mac = $2 and c.used_at is null
    and exists (select 1 from users.totp_factors f where f.user_id = $1 and f.confirmed_at is not null)`,
  params: ["uuid", "bytea", "timestamptz"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const removeFactor = query({
  name: "users.removeFactor",
  text: "delete from users.totp_factors f where f.user_id = $1 and f.confirmed_at is not null",
  params: ["uuid"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

// What was shown before the second factor was asked for does not open a session any more.
const outdate = query({
  name: "users.outdateProofs",
  text: "update users.users u set session_epoch = u.session_epoch + 1 where u.id = $1",
  params: ["uuid"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

// The factor's row is the lock: of two renewals at once the later one's codes are those that count.
const lock = query({
  name: "users.lockFactor",
  text: "select f.user_id from users.totp_factors f where f.user_id = $1 and f.confirmed_at is not null for update",
  params: ["uuid"],
  row: { user_id: "uuid" },
  budget: { access: "write", maxRows: 1 },
});

const removeCodes = query({
  name: "users.removeRecoveryCodes",
  text: "delete from users.recovery_codes c where c.user_id = $1",
  params: ["uuid"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const insertCodes = query({
  name: "users.insertRecoveryCodes",
  text: "insert into users.recovery_codes (user_id, code_mac, created_at) select $1, decode(made.mac, 'hex'), $3 from unnest($2::text[]) as made (mac)",
  params: ["uuid", "text[]", "timestamptz"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

export interface StoredFactor {
  secretBox: string;
  createdAt: Date;
  confirmedAt: Date | null;
}

/** Keeps a secret that waits for its first code, in the place of an earlier one. False where a factor counts already. */
export async function enrolFactor(db: Reader, userId: string, secretBox: string, at: Date): Promise<boolean> {
  return (await db.maybeOne(enrol, [userId, secretBox, at])) !== undefined;
}

export async function findFactor(db: Reader, userId: string): Promise<StoredFactor | undefined> {
  const found = await db.maybeOne(find, [userId]);
  return found && { secretBox: found.secret_box, createdAt: found.created_at, confirmedAt: found.confirmed_at };
}

/** Lets the very secret count whose code was shown, and uses that code up. False where it was replaced or confirmed meanwhile. */
export async function confirmFactor(tx: Tx, userId: string, secretBox: string, at: Date, step: number): Promise<boolean> {
  return (await tx.execute(confirm, [userId, secretBox, at, BigInt(step)])) === 1;
}

/** Uses a code up, with all before it. False where it was used. */
export async function useTotpStep(db: Reader, userId: string, step: number): Promise<boolean> {
  return (await db.execute(useStep, [userId, BigInt(step)])) === 1;
}

/** Uses a recovery code up. False for one that is none, or was used. */
export async function useRecoveryCode(db: Reader, userId: string, mac: Buffer, at: Date): Promise<boolean> {
  return (await db.execute(useCode, [userId, mac, at])) === 1;
}

/** Makes logins that are under way with the first factor alone come to nothing. Sessions that are open stay. */
export async function outdateProofs(tx: Tx, userId: string): Promise<void> {
  await tx.execute(outdate, [userId]);
}

/** Takes the factor and its recovery codes away. False where none counts. */
export async function removeFactorOf(tx: Tx, userId: string): Promise<boolean> {
  if ((await tx.execute(removeFactor, [userId])) === 0) return false;
  await tx.execute(removeCodes, [userId]);
  return true;
}

/** Puts new recovery codes in the place of all earlier ones. False where no factor counts. */
export async function replaceRecoveryCodes(tx: Tx, userId: string, macs: readonly Buffer[], at: Date): Promise<boolean> {
  if (!(await tx.maybeOne(lock, [userId]))) return false;
  await tx.execute(removeCodes, [userId]);
  await tx.execute(insertCodes, [userId, macs.map((mac) => mac.toString("hex")), at]);
  return true;
}
