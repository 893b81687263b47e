import { afterAll, beforeAll, expect, test } from "vitest";
import { Database } from "#platform/db/database.ts";
import { silentLog } from "#platform/log.ts";
import { useTestDatabases } from "#platform/testing/testDatabase.ts";
import { schedulePipeline, type ScheduleOptions } from "../schedule.ts";
import { PipelineBusy, type RunRequest } from "../types.ts";

const databases = useTestDatabases({ warehouse: true });
let admin: Database;
beforeAll(() => {
  admin = Database.open(databases.warehouse.config);
});
afterAll(() => admin?.close());

/** Puts the job into the queue as the clock would. */
const due = (payload: object = { trigger: "schedule" }) =>
  admin.raw("select from graphile_worker.add_job('martgraph_pipeline', payload => $1::json, job_key => 'martgraph_pipeline_minutes', max_attempts => 1)", [JSON.stringify(payload)]);

async function open(run: ScheduleOptions["pipeline"]["run"]) {
  return schedulePipeline({ pipeline: { run, maintain: async () => ({ runs: 0, steps: 0, requests: 0 }) }, warehouse: admin, connection: databases.warehouse.as("martgraph_builder"), everyMinutes: 1, jobs: { train: "17 3 * * *", maintenance: "47 4 * * *" }, log: silentLog });
}

test("runs the pipeline when the job is due, goes on after an error, and keeps nothing in the queue", async () => {
  const seen: RunRequest[] = [];
  const schedule = await open(async (request) => {
    seen.push(request);
    if (seen.length === 1) throw new PipelineBusy();
    if (seen.length === 2) throw new Error("the warehouse does not answer");
    return { runId: "", state: "NOTHING_TO_DO", reason: null, buildId: null, resumed: false, warnings: [], seconds: 0 };
  });
  for (let count = 1; count <= 3; count += 1) {
    await due();
    await expect.poll(() => seen.length, { timeout: 5_000 }).toBeGreaterThanOrEqual(count);
  }
  await due({ trigger: "nightly", train: "force", force: true });
  await expect.poll(() => seen.at(-1)?.trigger, { timeout: 5_000 }).toBe("nightly");
  expect(seen.at(-1)).toMatchObject({ train: "force", force: true });
  await schedule.close();
  expect((await admin.raw("select 1 from graphile_worker.jobs")).rows).toEqual([]);
});

test("closing stops the run under way, waits for it, and begins no other", async () => {
  let over = false;
  let begun = 0;
  const schedule = await open(({ signal }) => {
    begun += 1;
    return new Promise((_done, fail) => {
      signal?.addEventListener("abort", () => setTimeout(() => {
        over = true;
        fail(signal.reason as Error);
      }, 100));
    });
  });
  await due();
  await expect.poll(() => begun, { timeout: 5_000 }).toBe(1);
  await due();
  await schedule.close();
  expect(over).toBe(true);
  expect(begun).toBe(1);
});

test("an interval that is no number of minutes is refused", async () => {
  const connection = databases.warehouse.as("martgraph_builder");
  for (const everyMinutes of [0, 1.5, 2000]) {
    await expect(schedulePipeline({ pipeline: { run: () => Promise.reject(new Error("no")), maintain: () => Promise.reject(new Error("no")) }, warehouse: admin, connection, everyMinutes, jobs: {}, log: silentLog })).rejects.toThrow(RangeError);
  }
});

test("requests that wait are served by one run that does as much as any asks for; one that meets a run under way waits on", async () => {
  const ask = (key: string, train: string, force: boolean) => admin.raw("select from ops.request_run($1, $2, $3, $4)", ["00000000-0000-7000-8000-000000000001", key, train, force]);
  await ask("one", "never", false);
  await ask("one", "never", false);
  await ask("two", "auto", true);
  const seen: RunRequest[] = [];
  const runId = "00000000-0000-7000-8000-0000000000aa";
  const schedule = await open(async (request) => {
    // the minute may strike meanwhile
    if (request.trigger === "request") seen.push(request);
    if (seen.length < 2) throw new PipelineBusy();
    await request.onOpened?.(runId);
    return { runId, state: "REJECTED", reason: "a check was red", buildId: null, resumed: false, warnings: [], seconds: 0 };
  });
  const states = async () => (await admin.raw("select idempotency_key, state, run_id, reason from ops.run_request order by 1")).rows;
  await expect.poll(states, { timeout: 15_000 }).toEqual(["one", "two"].map((key) => ({ idempotency_key: key, state: "OVER", run_id: runId, reason: "a check was red" })));
  expect(seen).toMatchObject([{ trigger: "request", train: "auto", force: true }, { trigger: "request", train: "auto", force: true }]);
  await schedule.close();
});
