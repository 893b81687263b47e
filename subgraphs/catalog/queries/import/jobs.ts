import { cursorOf, type Page } from "#kit/page.ts";
import type { Reader, Tx } from "#platform/db/database.ts";
import { query, type RowOf } from "#platform/db/query.ts";

export type JobState = "QUEUED" | "RUNNING" | "DONE" | "REJECTED" | "FAILED" | "CANCELLED";
/** Where each of a job's files lies. */
export interface JobFile { readonly name: string; readonly key: string; readonly size: number }
/** Where to go on: so many records of that file of that step are done. */
export interface Bookmark { readonly step: number; readonly file: number; readonly records: number }

export interface Job {
  readonly id: string;
  readonly kind: "IMPORT" | "EXPORT";
  readonly state: JobState;
  readonly ownerId: string | null;
  readonly vendorId: string | null;
  readonly may: readonly string[];
  readonly name: string;
  readonly task: string;
  readonly files: readonly JobFile[] | null;
  readonly isDryRun: boolean;
  readonly onError: "SKIP" | "REJECT_ALL";
  readonly phase: "CHECK" | "RUN";
  readonly bookmark: Bookmark | null;
  readonly bytesTotal: bigint;
  readonly bytesDone: bigint;
  readonly created: bigint;
  readonly updated: bigint;
  readonly unchanged: bigint;
  readonly refused: bigint;
  readonly reportRows: bigint;
  readonly problem: string | null;
  readonly resultKey: string | null;
  readonly resultBytes: bigint | null;
  readonly attempts: number;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
  readonly sortKey: string;
}

const COLUMNS = `j.id, j.kind, j.state, j.owner_id, j.vendor_id, j.may, j.name, j.task, j.files, j.is_dry_run, j.on_error, j.phase, j.bookmark, j.bytes_total, j.bytes_done,
  j.created_count, j.updated_count, j.unchanged_count, j.refused_count, j.report_rows, j.problem, j.result_key, j.result_bytes, j.attempts, j.created_at, j.started_at, j.finished_at,
  to_char(j.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as sort_key`;
const row = {
  id: "uuid", kind: "text", state: "text", owner_id: "uuid?", vendor_id: "uuid?", may: "text[]", name: "text", task: "text", files: "jsonb?", is_dry_run: "bool", on_error: "text", phase: "text", bookmark: "jsonb?",
  bytes_total: "int8", bytes_done: "int8", created_count: "int8", updated_count: "int8", unchanged_count: "int8", refused_count: "int8", report_rows: "int8", problem: "text?", result_key: "text?", result_bytes: "int8?",
  attempts: "int4", created_at: "timestamptz", started_at: "timestamptz?", finished_at: "timestamptz?", sort_key: "text",
} as const;

function toJob(found: RowOf<typeof row>): Job {
  return {
    id: found.id, kind: found.kind as Job["kind"], state: found.state as JobState, ownerId: found.owner_id, vendorId: found.vendor_id, may: found.may, name: found.name, task: found.task,
    files: found.files as JobFile[] | null, isDryRun: found.is_dry_run, onError: found.on_error as Job["onError"], phase: found.phase as Job["phase"], bookmark: found.bookmark as Bookmark | null,
    bytesTotal: found.bytes_total, bytesDone: found.bytes_done, created: found.created_count, updated: found.updated_count, unchanged: found.unchanged_count, refused: found.refused_count,
    reportRows: found.report_rows, problem: found.problem, resultKey: found.result_key, resultBytes: found.result_bytes, attempts: found.attempts,
    createdAt: found.created_at, startedAt: found.started_at, finishedAt: found.finished_at, sortKey: found.sort_key,
  };
}

const insert = query({
  name: "catalog.insertJob",
  text: `insert into catalog.import_jobs as j (kind, owner_id, vendor_id, may, name, task, files, is_dry_run, on_error, phase, bytes_total)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) returning ${COLUMNS}`,
  params: ["text", "uuid?", "uuid?", "text[]", "text", "text", "jsonb?", "bool", "text", "text", "int8"],
  row,
  budget: { access: "write", maxRows: 1 },
});

const byId = query({
  name: "catalog.jobById",
  text: `select ${COLUMNS} from catalog.import_jobs j where j.id = $1`,
  params: ["uuid"],
  row,
  budget: { access: "index", maxRows: 1 },
});

// Whoever may see all gives no owner.
const list = query({
  name: "catalog.listJobs",
  text: `select ${COLUMNS} from catalog.import_jobs j
    where (j.created_at, j.id) < ($1::text::timestamptz, $2) order by j.created_at desc, j.id desc limit $3`,
  params: ["text", "uuid", "int4"],
  row,
  budget: { access: "index", maxRows: 101 },
});
const listOfOwner = query({
  name: "catalog.listJobsOfOwner",
  text: `select ${COLUMNS} from catalog.import_jobs j
    where j.owner_id = $4 and (j.created_at, j.id) < ($1::text::timestamptz, $2) order by j.created_at desc, j.id desc limit $3`,
  params: ["text", "uuid", "int4", "uuid"],
  row,
  budget: { access: "index", maxRows: 101 },
});

// The oldest that nobody works at; one whose worker was cut off is as good as new. Those of the command line are its own to run.
const claim = query({
  name: "catalog.claimJob",
  text: `update catalog.import_jobs as j set state = 'RUNNING', lease_until = clock_timestamp() + make_interval(secs => $1), attempts = j.attempts + 1, started_at = coalesce(j.started_at, clock_timestamp())
    where j.id = (select o.id from catalog.import_jobs o
      where o.state in ('QUEUED', 'RUNNING') and (o.files is not null or o.kind = 'EXPORT') and (o.lease_until is null or o.lease_until < clock_timestamp())
      order by o.created_at, o.id limit 1 for update skip locked)
    returning ${COLUMNS}`,
  params: ["float8"],
  row,
  budget: { access: "write", maxRows: 1 },
});
const claimOne = query({
  name: "catalog.claimJobById",
  text: `update catalog.import_jobs as j set state = 'RUNNING', lease_until = clock_timestamp() + make_interval(secs => $2), attempts = j.attempts + 1, started_at = coalesce(j.started_at, clock_timestamp())
    where j.id = $1 and j.state = 'QUEUED' returning ${COLUMNS}`,
  params: ["uuid", "float8"],
  row,
  budget: { access: "write", maxRows: 1 },
});

// The number of attempts is the fence: who was taken for dead and comes back writes nothing any more.
const renew = query({
  name: "catalog.renewJob",
  text: "update catalog.import_jobs j set lease_until = clock_timestamp() + make_interval(secs => $3) where j.id = $1 and j.attempts = $2 and j.state = 'RUNNING' returning j.is_cancel_wanted",
  params: ["uuid", "int4", "float8"],
  row: { is_cancel_wanted: "bool" },
  budget: { access: "write", maxRows: 1 },
});
const advance = query({
  name: "catalog.advanceJob",
  text: `update catalog.import_jobs j set bookmark = $3, bytes_done = $4, created_count = created_count + $5, updated_count = updated_count + $6, unchanged_count = unchanged_count + $7,
      refused_count = refused_count + $8, report_rows = report_rows + $5 + $6 + $7 + $8, lease_until = clock_timestamp() + make_interval(secs => $9)
    where j.id = $1 and j.attempts = $2 and j.state = 'RUNNING' returning j.report_rows, j.is_cancel_wanted`,
  params: ["uuid", "int4", "jsonb", "int8", "int8", "int8", "int8", "int8", "float8"],
  row: { report_rows: "int8", is_cancel_wanted: "bool" },
  budget: { access: "write", maxRows: 1 },
});
const restart = query({
  name: "catalog.restartJobPhase",
  text: `update catalog.import_jobs j set phase = $3, bookmark = null, bytes_done = 0, created_count = 0, updated_count = 0, unchanged_count = 0, refused_count = 0, report_rows = 0
    where j.id = $1 and j.attempts = $2 and j.state = 'RUNNING'`,
  params: ["uuid", "int4", "text"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});
const forgetReport = query({
  name: "catalog.forgetReport",
  text: "delete from catalog.import_report_rows where job_id = $1",
  params: ["uuid"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});
const finish = query({
  name: "catalog.finishJob",
  text: `update catalog.import_jobs j set state = $3, problem = $4, result_key = $5, result_bytes = $6, lease_until = null, finished_at = clock_timestamp()
    where j.id = $1 and j.attempts = $2 and j.state = 'RUNNING'`,
  params: ["uuid", "int4", "text", "text?", "text?", "int8?"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});
const release = query({
  name: "catalog.releaseJob",
  text: "update catalog.import_jobs j set lease_until = clock_timestamp() where j.id = $1 and j.attempts = $2 and j.state = 'RUNNING'",
  params: ["uuid", "int4"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});
const cancel = query({
  name: "catalog.cancelJob",
  text: `update catalog.import_jobs as j set is_cancel_wanted = true, state = case when j.state = 'QUEUED' then 'CANCELLED' else j.state end,
      finished_at = case when j.state = 'QUEUED' then clock_timestamp() else j.finished_at end
    where j.id = $1 and j.state in ('QUEUED', 'RUNNING') returning ${COLUMNS}`,
  params: ["uuid"],
  row,
  budget: { access: "write", maxRows: 1 },
});
const openOfOwner = query({
  name: "catalog.countOpenJobs",
  text: "select count(*)::int4 as jobs from catalog.import_jobs j where j.state in ('QUEUED', 'RUNNING') and j.owner_id = $1",
  params: ["uuid"],
  row: { jobs: "int4" },
  budget: { access: "index", maxRows: 1 },
});
const prune = query({
  name: "catalog.pruneJobs",
  text: "delete from catalog.import_jobs j where j.finished_at < clock_timestamp() - make_interval(days => $1) returning j.result_key",
  params: ["int4"],
  row: { result_key: "text?" },
  budget: { access: "write", maxRows: 100_000 },
});

export interface NewJob extends Pick<Job, "kind" | "ownerId" | "vendorId" | "may" | "name" | "task" | "files" | "isDryRun" | "onError"> { readonly bytesTotal: bigint }

export async function insertJob(tx: Reader, job: NewJob): Promise<Job> {
  const phase = job.isDryRun || job.onError === "REJECT_ALL" ? "CHECK" : "RUN";
  return toJob(await tx.one(insert, [job.kind, job.ownerId, job.vendorId, job.may, job.name, job.task, job.files && JSON.stringify(job.files), job.isDryRun, job.onError, phase, job.bytesTotal]));
}

export async function findJob(db: Reader, id: string): Promise<Job | undefined> {
  const found = await db.maybeOne(byId, [id]);
  return found && toJob(found);
}

export const jobCursor = cursorOf("imports", ["instant", "uuid"]);

/** Newest first; of one owner, or of all where null. */
export async function listJobs(db: Reader, page: Page<[string, string]>, ownerId: string | null): Promise<Job[]> {
  const [at, id] = page.after ?? ["infinity", "ffffffff-ffff-ffff-ffff-ffffffffffff"];
  return (ownerId === null ? await db.many(list, [at, id, page.limit + 1]) : await db.many(listOfOwner, [at, id, page.limit + 1, ownerId])).map(toJob);
}

/** The next job to work at, with a lease of so many seconds. */
export async function claimJob(db: Reader, seconds: number): Promise<Job | undefined> {
  const found = await db.maybeOne(claim, [seconds]);
  return found && toJob(found);
}

export async function claimJobById(db: Reader, id: string, seconds: number): Promise<Job | undefined> {
  const found = await db.maybeOne(claimOne, [id, seconds]);
  return found && toJob(found);
}

/** Undefined when the job is somebody else's by now. */
export async function renewJob(db: Reader, { id, attempts }: Job, seconds: number): Promise<{ isCancelWanted: boolean } | undefined> {
  const found = await db.maybeOne(renew, [id, attempts, seconds]);
  return found && { isCancelWanted: found.is_cancel_wanted };
}

export interface Counts { created: number; updated: number; unchanged: number; refused: number }

/** Moves the bookmark in the transaction of the rows behind it. Undefined when the job is somebody else's by now. */
export async function advanceJob(tx: Tx, { id, attempts }: Job, bookmark: Bookmark, bytesDone: number, counts: Counts, seconds: number): Promise<{ reportRows: bigint; isCancelWanted: boolean } | undefined> {
  const found = await tx.maybeOne(advance, [id, attempts, bookmark, BigInt(bytesDone), BigInt(counts.created), BigInt(counts.updated), BigInt(counts.unchanged), BigInt(counts.refused), seconds]);
  return found && { reportRows: found.report_rows, isCancelWanted: found.is_cancel_wanted };
}

/** Begins a phase with an empty report. */
export async function restartPhase(tx: Tx, { id, attempts }: Job, phase: Job["phase"]): Promise<void> {
  await tx.execute(restart, [id, attempts, phase]);
  await tx.execute(forgetReport, [id]);
}

export async function finishJob(db: Reader, { id, attempts }: Job, end: { state: JobState; problem?: string | undefined; resultKey?: string | undefined; resultBytes?: number | undefined }): Promise<void> {
  await db.execute(finish, [id, attempts, end.state, end.problem?.slice(0, 2_000) ?? null, end.resultKey ?? null, end.resultBytes === undefined ? null : BigInt(end.resultBytes)]);
}

/** Gives a job back that somebody else is to go on with. */
export async function releaseJob(db: Reader, { id, attempts }: Job): Promise<void> {
  await db.execute(release, [id, attempts]);
}

/** Asks a job to stop; one that has not begun is over at once. Undefined for one that is over. */
export async function cancelJob(db: Reader, id: string): Promise<Job | undefined> {
  const found = await db.maybeOne(cancel, [id]);
  return found && toJob(found);
}

export async function countOpenJobs(db: Reader, ownerId: string): Promise<number> {
  return (await db.one(openOfOwner, [ownerId])).jobs;
}

/** Forgets jobs that ended so long ago; answers the objects that nobody needs any more. */
export async function pruneJobs(db: Reader, days: number): Promise<string[]> {
  return (await db.many(prune, [days])).flatMap(({ result_key }) => result_key ?? []);
}
