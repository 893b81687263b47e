import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { Database } from "#platform/db/database.ts";
import { useTestDatabases } from "#platform/testing/testDatabase.ts";
import { RollbackRefused } from "../../publish/rollback.ts";
import { createPipeline, type Pipeline } from "../pipeline.ts";
import { PipelineBusy, type ProgressEvent, type RunResult } from "../types.ts";
import { oneByOne, openSmallWarehouse, type SmallWarehouse } from "./smallWarehouse.ts";

const databases = useTestDatabases({ warehouse: true });
let small: SmallWarehouse;
let pipeline: Pipeline;
let bi: Database;

beforeAll(async () => {
  small = await openSmallWarehouse(databases.warehouse);
  bi = Database.open(databases.warehouse.as("bi_reader"));
  pipeline = createPipeline(small.deps);
});
afterAll(async () => {
  await bi?.close();
  await small?.[Symbol.asyncDispose]();
});
beforeEach(() => {
  small.calls.length = 0;
  for (const key of Object.keys(small.tools)) delete small.tools[key as keyof SmallWarehouse["tools"]];
});

const total = async () => Number((await bi.raw<{ total: string | null }>("select total from marts.agg_total")).rows[0]?.total);

describe("a pipeline run", () => {
  test("FAILED, then continued by itself: the first run needs a copy of the shop", async () => {
    small.tools.catchUp = async () => { throw new Error("the shop does not answer"); };
    expect(await pipeline.run({ trigger: "start" })).toMatchObject({ state: "FAILED", reason: "the shop does not answer", buildId: null });
    expect((await pipeline.status()).published).toBeUndefined();
  });

  test("SUCCEEDED: the first run builds from nothing, trains, scores, publishes, and tells each step", async () => {
    await small.order(100);
    const events: ProgressEvent[] = [];
    const result = await pipeline.run({ trigger: "start", onProgress: (event) => events.push(event) });
    expect(result).toMatchObject({ state: "SUCCEEDED", reason: null, resumed: false, warnings: [] });
    expect(small.calls).toEqual(["capture", "check raw", "dbt a full", "check marts+features", "train", "score", "check predictions"]);
    const steps = events.map((event) => event.step);
    expect([...steps.slice(0, 5), ...steps.slice(5, 7).sort(), ...steps.slice(7)]).toEqual(["capture", "files", "cut", "check raw", "dbt", "check marts", "watch", "train", "score", "check predictions", "publish", "lake"]);
    expect(await total()).toBe(100);
    const status = await pipeline.status();
    // the shop's clock is a day behind
    expect(status.published).toMatchObject({ slot: "a", buildId: result.buildId, checks: 2, warnings: 0, asOf: new Date("2026-03-02T12:00:01Z"), businessAsOf: new Date("2026-03-01T12:00:01Z") });
    expect(status.runs[0]?.assets.map((asset) => `${asset.asset} ${asset.state}`).sort()).toEqual(events.map((event) => `${event.step} ${event.verdict === "skipped" ? "SKIPPED" : "DONE"}`).sort());
  });

  test("a shop that has forgotten erasures is told whom, once, and the step says so", async () => {
    await small.admin.raw(`
      set role martgraph_loader;
      create table raw.users__erasures (id uuid, user_hash text, erased_at timestamptz, _op text, _from_pos bigint, _to_pos bigint, _committed_at timestamptz);
      insert into raw.users__erasures values (uuidv7(), 'known', now(), 'c', 1, null, now()), (uuidv7(), 'forgotten', now(), 'c', 1, 2, now()), (uuidv7(), null, null, 'd', 2, null, now());
      insert into raw._erasures (user_hash, erased_at, applied_pos) values ('known', now(), 1), ('forgotten', now(), 1);
      reset role`);
    const told: string[][] = [];
    const again = createPipeline({
      ...small.deps,
      async eraseAgain(hashes) {
        told.push([...hashes]);
        await small.admin.raw("insert into raw.users__erasures values (uuidv7(), 'forgotten', now(), 'c', 3, null, now())");
        return 1;
      },
    });
    const notes: string[] = [];
    const hear = (event: ProgressEvent) => { if (event.step === "capture") notes.push(event.what); };
    for (let time = 0; time < 2; time += 1) await again.run({ trigger: "manual", onProgress: hear });
    expect(told).toEqual([["forgotten"]]);
    expect(notes).toEqual(["caught up with the shop; the shop had forgotten 1 erasures: 1 people erased again", "caught up with the shop"]);
    expect(small.calls).toEqual(["capture", "capture", "capture"]);
    await small.admin.raw("drop table raw.users__erasures; delete from raw._erasures");
  });

  test("NOTHING_TO_DO: running again changes nothing, also when the shop committed something else", async () => {
    await small.tick();
    const before = await pipeline.status();
    const result = await pipeline.run({ trigger: "schedule" });
    expect(result).toMatchObject({ state: "NOTHING_TO_DO", buildId: null });
    expect(small.calls).toEqual(["capture"]);
    expect((await pipeline.status()).published).toEqual(before.published);
    await pipeline.run({ trigger: "schedule" });
    const { rows } = await small.admin.raw("select 1 from ops.pipeline_run where state = 'NOTHING_TO_DO'");
    expect(rows).toHaveLength(1);
  });

  test("SUCCEEDED: a new order is built into the other slot, scored for who changed, and readers see it", async () => {
    await small.order(50);
    expect(await pipeline.run({ trigger: "schedule" })).toMatchObject({ state: "SUCCEEDED" });
    // the slot was never used: it begins with a copy of the published one
    expect(small.calls).toContain("dbt b copy");
    expect((await pipeline.status()).runs[0]?.assets.find(({ asset }) => asset === "dbt")?.message).toContain("on a copy of the published slot");
    await small.order(25);
    small.calls.length = 0;
    expect(await pipeline.run({ trigger: "schedule" })).toMatchObject({ state: "SUCCEEDED" });
    expect(oneByOne(small.calls)).toEqual(["capture", "check raw", "dbt a", "check marts+features", "score changed", "check predictions"]);
    expect(await total()).toBe(175);
  });

  test("REJECTED: a bad row is stopped by a red check, readers keep the last good build, and the repair publishes", async () => {
    const before = (await pipeline.status()).published;
    await small.order(-1);
    const result = await pipeline.run({ trigger: "schedule" });
    expect(result).toMatchObject({ state: "REJECTED", reason: "raw: amount is not negative (1 found)" });
    expect((await pipeline.status()).published).toEqual(before);
    expect(await total()).toBe(175);
    const { rows } = await small.admin.raw("select c.passed, c.observed, b.state, b.reason from ops.check_result c join ops.build b using (build_id) where build_id = $1", [result.buildId]);
    expect(rows).toEqual([{ passed: false, observed: "1", state: "REJECTED", reason: "raw: amount is not negative (1 found)" }]);
    // not again each minute
    expect(await pipeline.run({ trigger: "schedule" })).toMatchObject({ state: "NOTHING_TO_DO", reason: expect.stringContaining("rejected: raw") });
    await small.admin.raw("delete from raw.orders__orders where amount < 0");
    await small.order(1);
    small.calls.length = 0;
    expect(await pipeline.run({ trigger: "schedule" })).toMatchObject({ state: "SUCCEEDED" });
    expect(small.calls).toContain("dbt b");
    expect(await total()).toBe(176);
  });

  test("REJECTED and FAILED tell dbt's tests from dbt's errors", async () => {
    await small.order(4);
    small.tools.build = async () => ({ ok: false, kind: "TESTS", reason: "unique_fct_orders_id: 1 row" });
    expect(await pipeline.run({ trigger: "manual" })).toMatchObject({ state: "REJECTED", reason: "unique_fct_orders_id: 1 row" });
    const { rows } = await small.admin.raw("select 1 from ops.slot_state where code_hash is null");
    expect(rows).toHaveLength(1);
    small.tools.build = async () => ({ ok: false, kind: "ERROR", reason: "fct_orders: column missing" });
    expect(await pipeline.run({ trigger: "manual" })).toMatchObject({ state: "FAILED", reason: "fct_orders: column missing" });
    expect(await total()).toBe(176);
  });

  test("SUCCEEDED with a warning: models that fail keep the published predictions and do not hold the data back", async () => {
    small.tools.score = async () => { throw new Error("golden rows differ"); };
    const before = await small.admin.raw("select prediction_batch_id from ops.pointer");
    const result = await pipeline.run({ trigger: "manual" });
    expect(result).toMatchObject({ state: "SUCCEEDED", warnings: ["score: golden rows differ"] });
    expect((await small.admin.raw("select prediction_batch_id from ops.pointer")).rows).toEqual(before.rows);
    expect(await total()).toBe(180);
  });

  test("a run that was stopped is continued behind what it had finished", async () => {
    await small.order(20);
    const stop = new AbortController();
    small.tools.score = async ({ signal }) => {
      stop.abort(new Error("Ctrl-C"));
      signal.throwIfAborted();
      throw new Error("unreachable");
    };
    await expect(pipeline.run({ trigger: "manual", train: "force", signal: stop.signal })).rejects.toThrow("Ctrl-C");
    expect(await total()).toBe(180);
    const open = (await pipeline.status()).runs[0];
    expect(open).toMatchObject({ state: "RUNNING", finishedAt: null });

    delete small.tools.score;
    small.calls.length = 0;
    const result = await pipeline.run({ trigger: "start" });
    expect(result).toMatchObject({ state: "SUCCEEDED", resumed: true, runId: open?.runId });
    expect(small.calls).toEqual(["score", "check predictions"]);
    expect(await total()).toBe(200);
  });

  test("an interrupted run is not continued once the models changed", async () => {
    await small.order(5);
    const stop = new AbortController();
    small.tools.build = async () => {
      stop.abort(new Error("Ctrl-C"));
      throw new Error("killed");
    };
    await expect(pipeline.run({ trigger: "manual", signal: stop.signal })).rejects.toThrow("Ctrl-C");
    const left = (await pipeline.status()).runs[0]?.runId;
    delete small.tools.build;
    small.codeHash = "h2";
    const result = await pipeline.run({ trigger: "schedule" });
    expect(result).toMatchObject({ state: "SUCCEEDED", resumed: false });
    expect(small.calls).toContainEqual(expect.stringMatching(/^dbt . full$/));
    const { rows } = await small.admin.raw("select r.state, r.reason, b.state as build from ops.pipeline_run r join ops.build b using (build_id) where r.run_id = $1", [left]);
    expect(rows).toEqual([{ state: "FAILED", reason: "interrupted; not continued: the models changed since", build: "FAILED" }]);
    expect(await total()).toBe(205);
  });

  test("SUCCEEDED: a new business day is built although nobody bought anything", async () => {
    const tomorrow = createPipeline({ ...small.deps, clock: { now: () => new Date("2026-03-03T00:00:00Z") } });
    expect(await tomorrow.run({ trigger: "schedule" })).toMatchObject({ state: "SUCCEEDED" });
    expect((await pipeline.status()).published).toMatchObject({ businessAsOf: new Date("2026-03-02T00:00:00Z") });
    small.calls.length = 0;
    expect(await tomorrow.run({ trigger: "schedule" })).toMatchObject({ state: "NOTHING_TO_DO" });
    expect(await pipeline.run({ trigger: "schedule", force: true })).toMatchObject({ state: "SUCCEEDED" });
  });

  test("one run at a time: the second says that it is busy", async () => {
    let release: (() => void) | undefined;
    small.tools.catchUp = () => new Promise((done) => { release = () => done({ rowsByTable: {}, snapshot: false }); });
    const first = pipeline.run({ trigger: "manual" });
    await expect.poll(() => release).toBeDefined();
    await expect(pipeline.run({ trigger: "manual" })).rejects.toThrow(PipelineBusy);
    await expect(pipeline.rollback()).rejects.toThrow(PipelineBusy);
    release?.();
    expect(await first).toMatchObject({ state: "NOTHING_TO_DO" });
  });

  test("a build waits for the readers of its slot", async () => {
    await small.order(10);
    const serving = Database.open(databases.warehouse.as("martgraph_serving"));
    let finished = false;
    const idle = (await pipeline.status()).published?.slot === "a" ? "b" : "a";
    const { slotLockKey } = await import("../../publish/slots.ts");
    let running: Promise<unknown> | undefined;
    await serving.tx(async (tx) => {
      await tx.raw("select pg_advisory_xact_lock_shared($1)", [slotLockKey(idle)]);
      running = pipeline.run({ trigger: "manual" }).then(() => { finished = true; });
      await new Promise((done) => setTimeout(done, 300));
      expect(finished).toBe(false);
      expect(small.calls).toEqual(["capture"]);
    });
    await running;
    expect(finished).toBe(true);
    await serving.close();
  });
});

describe("a process that is killed", () => {
  const child = fileURLToPath(new URL("./killedRun.ts", import.meta.url));

  /** The server notices a moment later that a dead process is gone, and with it its lock. */
  async function runOnceFree(): Promise<RunResult> {
    for (;;) {
      try {
        return await pipeline.run({ trigger: "start" });
      } catch (error) {
        if (!(error instanceof PipelineBusy)) throw error;
        await new Promise((done) => setTimeout(done, 50));
      }
    }
  }

  test.each([
    ["dbt", ["dbt", "check marts+features", "score", "check predictions"]],
    ["score", ["score", "check predictions"]],
    ["publish", ["check predictions"]],
  ])("inside of %s leaves the published build alone, and the next run goes on there", async (asset, expected) => {
    const before = await total();
    await small.order(7);
    const configs = JSON.stringify({ admin: databases.warehouse.config, builder: databases.warehouse.as("martgraph_builder") });
    const killed = spawn(process.execPath, [child, configs, asset, small.codeHash], { stdio: ["ignore", "pipe", "inherit"] });
    await once(killed.stdout, "data");
    await expect(pipeline.run({ trigger: "schedule" })).rejects.toThrow(PipelineBusy);
    killed.kill("SIGKILL");
    await once(killed, "exit");
    expect(await total()).toBe(before);
    small.calls.length = 0;
    expect(await runOnceFree()).toMatchObject({ state: "SUCCEEDED", resumed: true });
    // the check of the marts stands beside the score: it may have been done by then or not
    const calls = oneByOne(small.calls).filter((call) => asset !== "score" || call !== "check marts+features");
    expect(calls.map((call) => call.replace(/^dbt .$/, "dbt").replace("score changed", "score"))).toEqual(expected);
    expect(await total()).toBe(before + 7);
    expect(await pipeline.run({ trigger: "schedule" })).toMatchObject({ state: "NOTHING_TO_DO" });
  });
});

describe("rollback", () => {
  test("the build before is published again, automatic runs are held back, and a person ends that", async () => {
    const before = (await pipeline.status()).published;
    expect(await total()).toBe(236);
    expect(await pipeline.rollback()).toMatchObject({ buildId: before?.previousBuildId, from: before?.buildId });
    expect(await total()).toBe(229);
    expect((await pipeline.status()).published?.heldAt).toBeInstanceOf(Date);
    await small.order(1);
    expect(await pipeline.run({ trigger: "schedule" })).toMatchObject({ state: "NOTHING_TO_DO", reason: expect.stringContaining("rollback") });
    expect(await pipeline.run({ trigger: "manual" })).toMatchObject({ state: "SUCCEEDED" });
    expect(await total()).toBe(237);
    expect((await pipeline.status()).published?.heldAt).toBeNull();
  });

  test("it is refused when there is none, and when a later build has begun in the slot", async () => {
    await pipeline.rollback();
    await expect(pipeline.rollback()).rejects.toThrow(new RollbackRefused("there is no earlier build to go back to"));
    expect(await pipeline.run({ trigger: "manual", force: true })).toMatchObject({ state: "SUCCEEDED" });
    await small.order(-5);
    expect(await pipeline.run({ trigger: "manual" })).toMatchObject({ state: "REJECTED" });
    await expect(pipeline.rollback()).rejects.toThrow(/is gone: a later build has begun/);
  });
});
