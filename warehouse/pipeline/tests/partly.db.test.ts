import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { useTestDatabases } from "#platform/testing/testDatabase.ts";
import { createPipeline, type Pipeline } from "../pipeline.ts";
import { oneByOne, openSmallWarehouse, type SmallWarehouse } from "./smallWarehouse.ts";

const databases = useTestDatabases({ warehouse: true });
let small: SmallWarehouse;
let pipeline: Pipeline;
beforeAll(async () => {
  small = await openSmallWarehouse(databases.warehouse);
  pipeline = createPipeline(small.deps, { retryDelaysMs: [1] });
  await small.order(1);
  await pipeline.run({ trigger: "start" });
});
afterAll(() => small?.[Symbol.asyncDispose]());
beforeEach(() => {
  small.calls.length = 0;
  for (const key of Object.keys(small.tools)) delete small.tools[key as keyof SmallWarehouse["tools"]];
});

const only = (name: string) => pipeline.run({ trigger: "manual", only: name });
const total = async () => Number((await small.admin.raw<{ total: string }>("select total from marts.agg_total")).rows[0]?.total);

describe("one asset at a time", () => {
  test("an orchestrator that calls each in its turn gets what a whole run gives", async () => {
    await small.order(10);
    expect(await only("capture")).toMatchObject({ state: "SUCCEEDED", buildId: null });
    const cut = await only("cut");
    expect(cut).toMatchObject({ state: "OPEN", buildId: expect.any(String) });
    for (const name of ["check raw", "dbt", "check marts", "watch", "train", "score", "check predictions"]) {
      expect(await only(name), name).toMatchObject({ state: "OPEN", runId: cut.runId, buildId: cut.buildId });
    }
    expect(await total()).toBe(1);
    expect(await only("publish")).toMatchObject({ state: "OPEN", runId: cut.runId });
    expect(await total()).toBe(11);
    expect(await only("lake")).toMatchObject({ state: "SUCCEEDED", runId: cut.runId });
    expect(small.calls).toEqual(["capture", "check raw", "dbt b copy", "check marts+features", "score changed", "check predictions"]);
  });

  test("without anything to do, each says so and nothing fails", async () => {
    await only("capture");
    expect(await only("cut")).toMatchObject({ state: "NOTHING_TO_DO" });
    expect(await only("dbt")).toMatchObject({ state: "NOTHING_TO_DO", reason: expect.stringContaining("no run is open") });
    expect(await only("publish")).toMatchObject({ state: "NOTHING_TO_DO" });
    expect(small.calls).toEqual(["capture"]);
  });

  test("one whose inputs are missing is refused and names them; one that is done is made again, and so is what came of it", async () => {
    await small.order(5);
    await only("cut");
    await expect(only("score")).rejects.toThrow('"score" needs "dbt", "train" first');
    for (const name of ["dbt", "check raw", "check marts", "train", "score", "dbt"]) await only(name);
    await expect(only("publish")).rejects.toThrow(/"publish" needs "check marts", "watch", "score", "check predictions" first/);
    // a whole run goes on with what is open
    small.calls.length = 0;
    expect(await pipeline.run({ trigger: "schedule" })).toMatchObject({ state: "SUCCEEDED", resumed: true });
    expect(oneByOne(small.calls)).toEqual(["check marts+features", "score changed", "check predictions"]);
    expect(await total()).toBe(16);
  });

  test("one that failed leaves the run open and is tried again; one that is rejected closes it, and who comes later hears why", async () => {
    await small.order(2);
    await only("cut");
    small.tools.build = async () => ({ ok: false, kind: "ERROR", reason: "model x: syntax error" });
    expect(await only("dbt")).toMatchObject({ state: "FAILED", reason: "dbt: model x: syntax error" });
    small.tools.build = async () => ({ ok: false, kind: "TESTS", reason: "test y: 3 rows" });
    expect(await only("dbt")).toMatchObject({ state: "REJECTED", reason: "test y: 3 rows" });
    delete small.tools.build;
    expect(await only("dbt")).toMatchObject({ state: "REJECTED", reason: expect.stringContaining("the latest run was rejected: test y: 3 rows") });
    expect((await small.admin.raw("select 1 from ops.build where state = 'BUILDING'")).rows).toEqual([]);
  });

  test("a cut that is asked for anew gives the open run up", async () => {
    const first = await only("cut");
    const second = await only("cut");
    expect(second.runId).not.toBe(first.runId);
    const { runs } = await pipeline.status();
    expect(runs.find((run) => run.runId === first.runId)).toMatchObject({ state: "FAILED", reason: expect.stringContaining("given up") });
  });

  test("from an asset on: in the open run it and all behind it, without one a new build of raw as it stands", async () => {
    expect(await pipeline.run({ trigger: "manual", from: "check marts" })).toMatchObject({ state: "SUCCEEDED" });
    expect(oneByOne(small.calls)).toEqual(["check raw", expect.stringMatching(/^dbt/), "check marts+features", expect.stringMatching(/^score/), "check predictions"]
      .filter((call) => call !== "capture"));
    small.calls.length = 0;
    expect(await pipeline.run({ trigger: "manual", from: "dbt" })).toMatchObject({ state: "SUCCEEDED", resumed: false });
    expect(small.calls).not.toContain("capture");
    small.calls.length = 0;
    expect(await pipeline.run({ trigger: "manual", from: "capture" })).toMatchObject({ state: "NOTHING_TO_DO" });
    expect(small.calls).toEqual(["capture"]);
  });

  test("an asset there is not is refused with those there are", async () => {
    await expect(only("dbtt")).rejects.toThrow(/there is no asset "dbtt": there are capture, files, cut, check raw/);
    await expect(pipeline.run({ trigger: "manual", only: "dbt", from: "dbt" })).rejects.toThrow(/at once/);
  });
});

describe("what fails in passing", () => {
  test("is tried again, and the ledger counts the tries", async () => {
    await small.order(3);
    let tries = 0;
    small.tools.check = async () => {
      tries += 1;
      if (tries === 1) throw Object.assign(new Error("deadlock detected"), { code: "40P01" });
      return { version: 1, success: true, seconds: 0, suites: [] };
    };
    const seen: string[] = [];
    expect(await pipeline.run({ trigger: "manual", onProgress: ({ step, verdict }) => seen.push(`${step} ${verdict}`) })).toMatchObject({ state: "SUCCEEDED" });
    expect(seen.slice(3, 5)).toEqual(["check raw tried again", "check raw done"]);
    expect((await pipeline.status()).runs[0]?.assets.map(({ asset, attempts }) => [asset, attempts]).slice(2, 5)).toEqual([["cut", 1], ["check raw", 2], ["dbt", 1]]);
  });

  test("is not tried for ever, and what is rejected or wrong is tried once", async () => {
    for (const [outcome, count, state] of [
      [{ ok: false, kind: "ERROR", reason: "could not connect to server" }, 2, "FAILED"],
      [{ ok: false, kind: "ERROR", reason: "column z does not exist" }, 1, "FAILED"],
      [{ ok: false, kind: "TESTS", reason: "server closed the connection, says a test" }, 1, "REJECTED"],
    ] as const) {
      let tries = 0;
      small.tools.build = async () => { tries += 1; return outcome; };
      expect(await pipeline.run({ trigger: "manual", force: true })).toMatchObject({ state, reason: outcome.reason });
      expect(tries).toBe(count);
    }
  });

  test("a run whose connection to the warehouse was cut goes on behind what it had done, with a lock of its own", async () => {
    await small.order(4);
    let cut = false;
    small.tools.score = async () => {
      if (!cut) {
        cut = true;
        await small.admin.raw("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'martgraph_builder' and datname = current_database()");
        throw new Error("Connection terminated unexpectedly");
      }
      return { batchId: null, rows: 0, summary: "none" };
    };
    const patient = createPipeline(small.deps, { retryDelaysMs: [20, 100, 500] });
    expect(await patient.run({ trigger: "manual" })).toMatchObject({ state: "SUCCEEDED", resumed: true });
    expect(small.calls.filter((call) => call.startsWith("dbt"))).toHaveLength(1);
    expect((await pipeline.status()).runs.filter((run) => run.state === "RUNNING")).toEqual([]);
  });
});
