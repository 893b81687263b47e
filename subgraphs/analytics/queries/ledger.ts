import { query } from "#platform/db/query.ts";

export const recentRuns = query({
  name: "analytics.recentRuns",
  text: "select run_id, trigger, state, reason, build_id, started_at, finished_at from ops.pipeline_run order by started_at desc, run_id limit $1::bigint",
  params: ["int4"],
  row: { run_id: "uuid", trigger: "text", state: "text", reason: "text?", build_id: "uuid?", started_at: "timestamptz", finished_at: "timestamptz?" },
  budget: { access: "index", maxRows: 100 },
});

export const stepsOfRuns = query({
  name: "analytics.stepsOfRuns",
  text: "select run_id, asset, state, rows, seconds, message from ops.asset_run where run_id = any($1) order by run_id, started_at, asset",
  params: ["uuid[]"],
  row: { run_id: "uuid", asset: "text", state: "text", rows: "int8?", seconds: "float8?", message: "text?" },
  budget: { access: "index", maxRows: 5_000 },
});
