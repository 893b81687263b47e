import type { Database, Reader, Tx } from "#platform/db/database.ts";
import { query, type RowOf } from "#platform/db/query.ts";
import type { DataExport, DataExportState } from "../domain/dataExport.ts";

const COLUMNS = "e.id, e.user_id, e.state, e.requested_at, e.ready_at, e.expires_at, e.bytes, e.downloaded_at";
const row = {
  id: "uuid", user_id: "uuid?", state: "text", requested_at: "timestamptz", ready_at: "timestamptz?", expires_at: "timestamptz?", bytes: "int8?", downloaded_at: "timestamptz?",
} as const;
const toExport = (found: RowOf<typeof row>): DataExport => ({
  id: found.id, userId: found.user_id, state: found.state as DataExportState, requestedAt: found.requested_at, readyAt: found.ready_at, expiresAt: found.expires_at,
  bytes: found.bytes, downloadedAt: found.downloaded_at,
});

const MAX_SHOWN = 20;
const ofUsers = query({
  name: "users.dataExportsOfUsers",
  text: `select ${COLUMNS} from unnest($1::uuid[]) as asked (user_id)
    cross join lateral (select * from users.data_exports e where e.user_id = asked.user_id order by e.id desc limit ${MAX_SHOWN}) e`,
  params: ["uuid[]"],
  row,
  budget: { access: "index", maxRows: 20_000 },
});

const lockPerson = query({
  name: "users.lockPersonForExport",
  text: "select u.id from users.users u where u.id = $1 and u.status = 'ACTIVE' for no key update",
  params: ["uuid"],
  row: { id: "uuid" },
  budget: { access: "write", maxRows: 1 },
});

const insert = query({
  name: "users.insertDataExport",
  text: `insert into users.data_exports as e (user_id, requested_at) values ($1, $2) returning ${COLUMNS}`,
  params: ["uuid", "timestamptz"],
  row,
  budget: { access: "write", maxRows: 1 },
});

// Taken for a while by one process; who dies leaves it to the next.
const take = query({
  name: "users.takeDataExport",
  text: `update users.data_exports e set lease_until = clock_timestamp() + make_interval(secs => $1), attempts = e.attempts + 1
    where e.id = (select w.id from users.data_exports w where w.state = 'PENDING' and w.user_id is not null and (w.lease_until is null or w.lease_until < clock_timestamp())
      order by w.requested_at limit 1 for update skip locked)
    returning e.id, e.user_id, e.attempts`,
  params: ["float8"],
  row: { id: "uuid", user_id: "uuid?", attempts: "int4" },
  budget: { access: "write", maxRows: 1 },
});

const gather = query({
  name: "users.exportEverywhere",
  text: "select users.export_everywhere($1) as document",
  params: ["uuid"],
  row: { document: "jsonb" },
  budget: { access: "scan", maxRows: 1 },
});

const finish = query({
  name: "users.finishDataExport",
  text: `update users.data_exports e set state = 'READY', object_key = $2, bytes = $3, sha256 = $4, ready_at = clock_timestamp(), expires_at = clock_timestamp() + make_interval(days => $5),
      lease_until = null where e.id = $1 and e.user_id is not null and e.state = 'PENDING' returning e.id`,
  params: ["uuid", "text", "int8", "text", "int4"],
  row: { id: "uuid" },
  budget: { access: "write", maxRows: 1 },
});

const fail = query({
  name: "users.failDataExport",
  text: `update users.data_exports e set state = case when e.attempts >= $2 then 'FAILED' else e.state end, lease_until = clock_timestamp() + make_interval(secs => least(600, 5 * 2 ^ e.attempts))
    where e.id = $1 and e.state = 'PENDING'`,
  params: ["uuid", "int4"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const tell = query({
  name: "users.tellExportReady",
  text: "insert into platform.outbox (aggregate, aggregate_id, type, payload, occurred_at) values ('user', $1, 'DataExportReady', jsonb_build_object('userId', $1::uuid, 'exportId', $2::uuid), $3)",
  params: ["uuid", "uuid", "timestamptz"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

// The link is spent in the moment in which it is used; of two at once one gets the row.
const redeem = query({
  name: "users.redeemExportToken",
  text: `update users.data_exports e set token_hash = null, token_expires_at = null, downloaded_at = clock_timestamp(), expires_at = least(e.expires_at, clock_timestamp() + make_interval(secs => $2))
    where e.token_hash = sha256(convert_to($1, 'UTF8')) and e.token_expires_at > clock_timestamp() and e.state = 'READY' and e.user_id is not null
    returning e.object_key, e.requested_at`,
  params: ["text", "float8"],
  row: { object_key: "text?", requested_at: "timestamptz" },
  budget: { access: "write", maxRows: 1 },
});

const ending = query({
  name: "users.endDataExports",
  text: "update users.data_exports e set state = 'EXPIRED', token_hash = null, token_expires_at = null where e.state = 'READY' and e.expires_at < clock_timestamp()",
  params: [],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const left = query({
  name: "users.leftDataExports",
  text: "select e.id, e.user_id, e.object_key from users.data_exports e where e.user_id is null or (e.state = 'EXPIRED' and e.object_key is not null) order by e.id limit 100",
  params: [],
  row: { id: "uuid", user_id: "uuid?", object_key: "text?" },
  budget: { access: "scan", maxRows: 100 },
});

const forgetObject = query({
  name: "users.forgetExportObject",
  text: "update users.data_exports e set object_key = null where e.id = $1 and e.state = 'EXPIRED'",
  params: ["uuid"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const dropOrphan = query({
  name: "users.dropOrphanExport",
  text: "delete from users.data_exports e where e.id = $1 and e.user_id is null",
  params: ["uuid"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

/** What the person has asked for, the latest first. */
export async function listDataExports(db: Reader, userIds: readonly string[]): Promise<DataExport[]> {
  return (await db.many(ofUsers, [userIds])).map(toExport);
}

/** Whether the person is there and active; requests of one person come one after the other. */
export async function lockForExport(tx: Tx, userId: string): Promise<boolean> {
  return (await tx.maybeOne(lockPerson, [userId])) !== undefined;
}

export async function insertDataExport(tx: Tx, userId: string, at: Date): Promise<DataExport> {
  return toExport(await tx.one(insert, [userId, at]));
}

/** The next one to write, held for so many seconds; undefined when none waits. */
export async function takeDataExport(db: Database, leaseSeconds: number): Promise<{ id: string; userId: string; attempts: number } | undefined> {
  const found = await db.maybeOne(take, [leaseSeconds]);
  return found?.user_id ? { id: found.id, userId: found.user_id, attempts: found.attempts } : undefined;
}

/** Everything all slices hold about the person, at one moment. */
export async function gatherPerson(db: Reader, userId: string): Promise<unknown> {
  return (await db.one(gather, [userId])).document;
}

export interface WrittenExport {
  readonly id: string;
  readonly userId: string;
  readonly objectKey: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly days: number;
}

/** The document is there: says so, and that a mail is wanted. False where the person was erased meanwhile. */
export async function finishDataExport(tx: Tx, written: WrittenExport, at: Date): Promise<boolean> {
  const { id, userId, objectKey, bytes, sha256, days } = written;
  if (!(await tx.maybeOne(finish, [id, objectKey, BigInt(bytes), sha256, days]))) return false;
  await tx.execute(tell, [userId, id, at]);
  return true;
}

export async function failDataExport(db: Database, id: string, maxAttempts: number): Promise<void> {
  await db.execute(fail, [id, maxAttempts]);
}

/** The document of the link, which is spent by that; it goes away so many seconds later. */
export async function redeemExportToken(db: Database, token: string, keepSeconds: number): Promise<{ objectKey: string; requestedAt: Date } | undefined> {
  const found = await db.maybeOne(redeem, [token, keepSeconds]);
  return found?.object_key ? { objectKey: found.object_key, requestedAt: found.requested_at } : undefined;
}

/** Ends copies whose time is over; answers objects to delete, each to be confirmed by `forget`. */
export async function listLeftObjects(db: Database): Promise<{ id: string; objectKey: string | null; isOrphan: boolean }[]> {
  await db.execute(ending, []);
  return (await db.many(left, [])).map((found) => ({ id: found.id, objectKey: found.object_key, isOrphan: found.user_id === null }));
}

export async function forgetExport(db: Database, { id, isOrphan }: { id: string; isOrphan: boolean }): Promise<void> {
  await db.execute(isOrphan ? dropOrphan : forgetObject, [id]);
}
