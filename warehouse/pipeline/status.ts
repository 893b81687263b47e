import type { Database } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";
import type { CaptureHealth } from "../load/captureHealth.ts";
import type { Slot } from "../publish/slots.ts";
import { readPointer } from "../publish/statements.ts";
import { listAssets, type AssetRecord } from "./ledger.ts";

const RUNS = 10;

const listRuns = query({
  name: "pipeline.listRuns",
  text: `select run_id, trigger, state, reason, build_id, started_at, finished_at from ops.pipeline_run order by started_at desc, run_id desc limit ${RUNS}`,
  params: [],
  row: { run_id: "uuid", trigger: "text", state: "text", reason: "text?", build_id: "uuid?", started_at: "timestamptz", finished_at: "timestamptz?" },
  budget: { access: "index", maxRows: RUNS },
});

const countChecks = query({
  name: "pipeline.countChecks",
  text: `select count(*) as checks, count(*) filter (where not passed and severity = 'CRITICAL') as red,
           count(*) filter (where not passed and severity <> 'CRITICAL') as warnings from ops.check_result where build_id = $1`,
  params: ["uuid"],
  row: { checks: "int8", red: "int8", warnings: "int8" },
  budget: { access: "index", maxRows: 1 },
});

const listCatalogue = query({
  name: "pipeline.listCatalogue",
  text: "select name from ops.asset order by ordinal",
  params: [],
  row: { name: "text" },
  budget: { access: "scan", maxRows: 100 },
});

const countRequests = query({
  name: "pipeline.countRequests",
  text: "select count(*) as waiting from ops.run_request where state = 'PENDING'",
  params: [],
  row: { waiting: "int8" },
  budget: { access: "scan", maxRows: 1 },
});

export interface PipelineStatus {
  published:
    | {
        slot: Slot; buildId: string; previousBuildId: string | null; asOf: Date; businessAsOf: Date; publishedAt: Date;
        /** Set when a rollback holds automatic runs back. */
        heldAt: Date | null;
        checks: number; warnings: number;
      }
    | undefined;
  /** How far raw is behind the shop; only where the shop can be asked as well, and after the first copy. */
  capture?: CaptureHealth | undefined;
  /** What a run makes, in order, as the process that ran last knew it. */
  assets: readonly string[];
  /** Runs that were asked for through the graph and wait for the scheduler's process. */
  requests: number;
  /** The latest runs, the newest first. */
  runs: { runId: string; trigger: string; state: string; reason: string | null; buildId: string | null; startedAt: Date; finishedAt: Date | null; assets: AssetRecord[] }[];
}

export async function readStatus(db: Database): Promise<PipelineStatus> {
  const pointer = await db.maybeOne(readPointer, []);
  const checks = pointer && (await db.one(countChecks, [pointer.build_id]));
  const rows = await db.many(listRuns, []);
  const runs = await Promise.all(
    rows.map(async (row) => ({
      runId: row.run_id, trigger: row.trigger, state: row.state, reason: row.reason, buildId: row.build_id,
      startedAt: row.started_at, finishedAt: row.finished_at, assets: await listAssets(db, row.run_id),
    })),
  );
  const published = pointer && {
    slot: pointer.slot as Slot, buildId: pointer.build_id, previousBuildId: pointer.previous_build_id, asOf: pointer.cut_committed_at,
    businessAsOf: pointer.business_as_of, publishedAt: pointer.published_at, heldAt: pointer.held_at,
    checks: Number(checks?.checks ?? 0n), warnings: Number(checks?.warnings ?? 0n),
  };
  const assets = (await db.many(listCatalogue, [])).map((row) => row.name);
  const { waiting } = await db.one(countRequests, []);
  return { published, runs, assets, requests: Number(waiting) };
}
