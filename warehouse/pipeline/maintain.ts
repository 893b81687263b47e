import type { Database } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";
import { dropRetiredMarts } from "../publish/marts.ts";

const KEEP_DAYS = 90;

const dropOldSteps = query({
  name: "pipeline.dropOldSteps",
  text: `delete from ops.asset_run a using ops.pipeline_run r where a.run_id = r.run_id and r.state <> 'RUNNING'
           and r.started_at < now() - make_interval(days => $1) and r.build_id is distinct from (select p.build_id from ops.pointer p)
           and r.build_id is distinct from (select p.previous_build_id from ops.pointer p)`,
  params: ["int4"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const dropOldRuns = query({
  name: "pipeline.dropOldRuns",
  text: `delete from ops.pipeline_run r where r.state <> 'RUNNING' and r.started_at < now() - make_interval(days => $1)
           and not exists (select from ops.asset_run a where a.run_id = r.run_id)`,
  params: ["int4"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const dropOldRequests = query({
  name: "pipeline.dropOldRequests",
  text: "delete from ops.run_request where state = 'OVER' and requested_at < now() - make_interval(days => $1)",
  params: ["int4"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

/** Forgets runs, steps and requests of more than 90 days ago, those aside that the published builds came from, and drops what readers left. */
export async function maintain(warehouse: Database): Promise<{ runs: number; steps: number; requests: number }> {
  const steps = await warehouse.execute(dropOldSteps, [KEEP_DAYS]);
  const runs = await warehouse.execute(dropOldRuns, [KEEP_DAYS]);
  const requests = await warehouse.execute(dropOldRequests, [KEEP_DAYS]);
  await dropRetiredMarts(warehouse);
  return { runs, steps, requests };
}
