import { query } from "#platform/db/query.ts";

export const recentRuns = query({
  name: "analytics.recentRuns",
  text: "select run_id, trigger, state, reason, build_id, started_at, finished_at from ops.pipeline_run order by started_at desc, run_id limit $1::bigint",
  params: ["int4"],
  row: { run_id: "uuid", trigger: "text", state: "text", reason: "text?", build_id: "uuid?", started_at: "timestamptz", finished_at: "timestamptz?" },
  budget: { access: "index", maxRows: 100 },
});

export const runsByIds = query({
  name: "analytics.runsByIds",
  text: "select run_id, trigger, state, reason, build_id, started_at, finished_at from ops.pipeline_run where run_id = any($1)",
  params: ["uuid[]"],
  row: { run_id: "uuid", trigger: "text", state: "text", reason: "text?", build_id: "uuid?", started_at: "timestamptz", finished_at: "timestamptz?" },
  budget: { access: "index", maxRows: 100 },
});

export const stepsOfRuns = query({
  name: "analytics.stepsOfRuns",
  text: "select run_id, asset, state, rows, seconds, message, attempts from ops.asset_run where run_id = any($1) order by run_id, started_at, asset",
  params: ["uuid[]"],
  row: { run_id: "uuid", asset: "text", state: "text", rows: "int8?", seconds: "float8?", message: "text?", attempts: "int4" },
  budget: { access: "index", maxRows: 5_000 },
});

export const listPipelineAssets = query({
  name: "analytics.listPipelineAssets",
  text: "select name, what, stage, after, optional from ops.asset order by ordinal",
  params: [],
  row: { name: "text", what: "text", stage: "text", after: "text[]", optional: "bool" },
  budget: { access: "scan", maxRows: 100 },
});

const REQUEST = { request_id: "uuid", train: "text", force: "bool", state: "text", run_id: "uuid?", reason: "text?", requested_at: "timestamptz" } as const;

/** Answers the request that stands under the key; nothing when too many wait. */
export const requestRun = query({
  name: "analytics.requestRun",
  text: "select request_id, train, force, state, run_id, reason, requested_at from ops.request_run($1, $2, $3, $4)",
  params: ["uuid", "text", "text", "bool"],
  row: REQUEST,
  budget: { access: "scan", maxRows: 1 },
});

export const findRequest = query({
  name: "analytics.findRequest",
  text: "select request_id, train, force, state, run_id, reason, requested_at from ops.run_request where requested_by = $1 and idempotency_key = $2",
  params: ["uuid", "text"],
  row: REQUEST,
  budget: { access: "index", maxRows: 1 },
});
