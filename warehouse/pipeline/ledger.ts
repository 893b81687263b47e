import type { Database, Reader } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";
import type { ExpectationsReport } from "../tools/expectations.ts";
import type { CatalogueEntry } from "./catalogue.ts";
import type { RunState } from "./types.ts";

const insertRun = query({
  name: "pipeline.insertRun",
  text: "insert into ops.pipeline_run (run_id, trigger, state, started_at) values (uuidv7(), $1, 'RUNNING', $2) returning run_id",
  params: ["text", "timestamptz"],
  row: { run_id: "uuid" },
  budget: { access: "write", maxRows: 1 },
});

const updateRun = query({
  name: "pipeline.finishRun",
  text: "update ops.pipeline_run set state = $2, reason = $3, build_id = coalesce($4, build_id), finished_at = $5 where run_id = $1",
  params: ["uuid", "text", "text?", "uuid?", "timestamptz"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const nameBuild = query({
  name: "pipeline.nameBuildOfRun",
  text: "update ops.pipeline_run set build_id = $2 where run_id = $1",
  params: ["uuid", "uuid"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

/** Runs that found nothing to do are news only until the next one: they would fill the ledger at one a minute. */
const dropIdleAssets = query({
  name: "pipeline.dropIdleAssets",
  text: "delete from ops.asset_run a using ops.pipeline_run r where a.run_id = r.run_id and r.state = 'NOTHING_TO_DO' and r.run_id <> $1",
  params: ["uuid"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const dropIdleRuns = query({
  name: "pipeline.dropIdleRuns",
  text: "delete from ops.pipeline_run where state = 'NOTHING_TO_DO' and run_id <> $1",
  params: ["uuid"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

export const readRunning = query({
  name: "pipeline.readRunning",
  text: "select run_id, trigger, build_id, started_at from ops.pipeline_run where state = 'RUNNING' order by started_at desc, run_id desc limit 100",
  params: [],
  row: { run_id: "uuid", trigger: "text", build_id: "uuid?", started_at: "timestamptz" },
  budget: { access: "scan", maxRows: 100 },
});

export const readAssets = query({
  name: "pipeline.readAssets",
  text: "select asset, state, output, rows, seconds, message, attempts, started_at from ops.asset_run where run_id = $1 order by started_at, ctid",
  params: ["uuid"],
  row: { asset: "text", state: "text", output: "jsonb", rows: "int8?", seconds: "float8?", message: "text?", attempts: "int4", started_at: "timestamptz" },
  budget: { access: "index", maxRows: 100 },
});

const startAsset = query({
  name: "pipeline.startAsset",
  text: `insert into ops.asset_run (run_id, asset, state, inputs, started_at) values ($1, $2, 'RUNNING', $3::jsonb, $4)
         on conflict (run_id, asset) do update set state = 'RUNNING', inputs = excluded.inputs, output = '{}', rows = null, seconds = null,
           message = null, attempts = 1, started_at = excluded.started_at`,
  params: ["uuid", "text", "text", "timestamptz"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

/** What is made anew is not done any more, nor what was made of it. */
export const forgetAssets = query({
  name: "pipeline.forgetAssets",
  text: "delete from ops.asset_run where run_id = $1 and asset = any($2)",
  params: ["uuid", "text[]"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const noteAsset = query({
  name: "pipeline.noteAsset",
  text: "update ops.asset_run set message = $3, rows = coalesce($4, rows), attempts = coalesce($5, attempts) where run_id = $1 and asset = $2 and state = 'RUNNING'",
  params: ["uuid", "text", "text", "int8?", "int4?"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const writeCatalogue = query({
  name: "pipeline.writeCatalogue",
  text: `insert into ops.asset (name, ordinal, what, stage, after, optional)
         select c.name, c.ordinal, c.what, c.stage, array(select jsonb_array_elements_text(c.after)), c.optional
         from jsonb_to_recordset($1::jsonb) as c (name text, ordinal integer, what text, stage text, after jsonb, optional boolean)
         on conflict (name) do update set ordinal = excluded.ordinal, what = excluded.what, stage = excluded.stage, after = excluded.after, optional = excluded.optional`,
  params: ["text"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const trimCatalogue = query({
  name: "pipeline.trimCatalogue",
  text: "delete from ops.asset where name <> all($1)",
  params: ["text[]"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const finishAsset = query({
  name: "pipeline.finishAsset",
  text: "update ops.asset_run set state = $3, output = $4::jsonb, rows = $5, seconds = $6, message = $7 where run_id = $1 and asset = $2",
  params: ["uuid", "text", "text", "text", "int8?", "float8", "text?"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const writeChecks = query({
  name: "pipeline.writeChecks",
  text: `insert into ops.check_result (build_id, suite, name, severity, passed, message, observed, checked_at)
         select $1, c.suite, c.name, c.severity, c.passed, c.message, c.observed, coalesce(before.checked_at, now())
         from jsonb_to_recordset($2::jsonb) as c (suite text, name text, severity text, passed boolean, message text, observed text, carried boolean)
         left join ops.check_result before on c.carried and before.build_id = $3 and before.suite = c.suite and before.name = c.name
         on conflict (build_id, suite, name) do update set severity = excluded.severity, passed = excluded.passed,
           message = excluded.message, observed = excluded.observed, checked_at = excluded.checked_at`,
  params: ["uuid", "text", "uuid?"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

/** The verdicts of old builds go; those of the published one and of the latest builds stay. */
const dropOldChecks = query({
  name: "pipeline.dropOldChecks",
  text: `delete from ops.check_result where build_id not in (
           select b.build_id from (select build_id from ops.build order by started_at desc limit 100) b
           union all select p.build_id from ops.pointer p
           union all select p.previous_build_id from ops.pointer p where p.previous_build_id is not null)`,
  params: [],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

export interface AssetRecord {
  asset: string;
  state: string;
  output: Record<string, unknown>;
  rows: number | null;
  seconds: number | null;
  message: string | null;
  attempts: number;
  startedAt: Date;
}

export async function openRun(db: Database, trigger: string, at: Date): Promise<string> {
  return (await db.one(insertRun, [trigger, at])).run_id;
}

export async function closeRun(db: Database, runId: string, state: Exclude<RunState, "OPEN">, reason: string | null, buildId: string | null, at: Date): Promise<void> {
  await db.execute(updateRun, [runId, state, reason, buildId, at]);
  if (state !== "NOTHING_TO_DO") return;
  await db.execute(dropIdleAssets, [runId]);
  await db.execute(dropIdleRuns, [runId]);
}

export async function linkBuild(db: Reader, runId: string, buildId: string): Promise<void> {
  await db.execute(nameBuild, [runId, buildId]);
}

export async function listAssets(db: Reader, runId: string): Promise<AssetRecord[]> {
  return (await db.many(readAssets, [runId])).map((row) => ({
    ...row,
    output: row.output as Record<string, unknown>,
    startedAt: row.started_at,
    rows: row.rows === null ? null : Number(row.rows),
  }));
}

export async function beginAsset(db: Reader, runId: string, asset: string, inputs: object, at: Date): Promise<void> {
  await db.execute(startAsset, [runId, asset, JSON.stringify(inputs), at]);
}

/** What a running asset has come to. Nothing happens once it is over. */
export async function tellAsset(db: Reader, runId: string, asset: string, told: { message: string; rows: number | null; attempts: number | null }): Promise<void> {
  await db.execute(noteAsset, [runId, asset, told.message, told.rows === null ? null : BigInt(told.rows), told.attempts]);
}

/** Lets readers of the ledger know what there is to make. */
export async function storeCatalogue(db: Database, assets: readonly CatalogueEntry[]): Promise<void> {
  await db.execute(writeCatalogue, [JSON.stringify(assets.map((asset, ordinal) => ({ ...asset, ordinal })))]);
  await db.execute(trimCatalogue, [assets.map((asset) => asset.name)]);
}

export interface AssetEnd {
  state: "DONE" | "FAILED" | "SKIPPED";
  output?: object;
  rows?: number | null;
  seconds: number;
  message?: string | null;
}

export async function endAsset(db: Reader, runId: string, asset: string, end: AssetEnd): Promise<void> {
  const rows = end.rows === undefined || end.rows === null ? null : BigInt(end.rows);
  await db.execute(finishAsset, [runId, asset, end.state, JSON.stringify(end.output ?? {}), rows, end.seconds, end.message ?? null]);
}

/** Stores a report under its build; a check of the same name is replaced. What was carried over from another build keeps its time. */
export async function storeChecks(db: Database, buildId: string, report: ExpectationsReport, carriedFrom?: string): Promise<void> {
  const checks = report.suites.flatMap(({ suite, checks }) => checks.map((check) => ({ suite, ...check, observed: check.observed === null ? null : String(check.observed) })));
  await db.execute(writeChecks, [buildId, JSON.stringify(checks), carriedFrom ?? null]);
  await db.execute(dropOldChecks, []);
}
