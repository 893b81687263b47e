import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { useTestDatabases } from "#platform/testing/testDatabase.ts";
import { createPipeline, type Pipeline } from "../pipeline.ts";
import { openSmallWarehouse, type SmallWarehouse } from "./smallWarehouse.ts";

const databases = useTestDatabases({ warehouse: true });
let small: SmallWarehouse;
let pipeline: Pipeline;

beforeAll(async () => {
  small = await openSmallWarehouse(databases.warehouse);
  pipeline = createPipeline(small.deps);
  await small.order(100);
  expect(await pipeline.run({ trigger: "start" })).toMatchObject({ state: "SUCCEEDED" });
});
afterAll(() => small?.[Symbol.asyncDispose]());
beforeEach(async () => {
  await small.admin.raw("update ops.slot_state set complete_pos = 0, cut_pos = 0, code_hash = null, build_id = null where slot <> (select slot from ops.pointer)");
  small.calls.length = 0;
  delete small.tools.build;
});

const idle = async () => (await small.admin.raw<{ slot: string }>("select slot from ops.slot_state where slot <> (select slot from ops.pointer)")).rows[0]?.slot;
const builtAs = () => small.calls.filter((call) => call.startsWith("dbt"));

describe("after the first build", () => {
  test("the slot that was never built becomes a copy with its views, and the first change is an increment", async () => {
    const slot = await idle();
    expect(await pipeline.prime()).toMatchObject({ slot, rows: 1 });
    await small.order(1);
    await pipeline.run({ trigger: "schedule" });
    expect(builtAs()).toEqual([`dbt ${slot} views`, `dbt ${slot}`]);
  });

  test("a copy whose views could not be made ahead is no reason to begin from nothing: the increment makes them", async () => {
    const slot = await idle();
    small.tools.build = async () => ({ ok: false, kind: "ERROR", reason: "the worker went away" });
    await pipeline.prime();
    delete small.tools.build;
    await small.order(1);
    expect(await pipeline.run({ trigger: "schedule" })).toMatchObject({ state: "SUCCEEDED" });
    expect(builtAs()).toEqual([`dbt ${slot} views`, `dbt ${slot} copy`]);
    expect((await pipeline.status()).runs[0]?.assets.find(({ asset }) => asset === "dbt")?.message).toContain("on a copy of the published slot");
  });

  test("a build that dies on the copy is followed by one that still knows it lacks views", async () => {
    const slot = await idle();
    small.tools.build = async () => ({ ok: false, kind: "ERROR", reason: "the worker went away" });
    await pipeline.prime();
    await small.order(1);
    expect(await pipeline.run({ trigger: "manual" })).toMatchObject({ state: "FAILED" });
    delete small.tools.build;
    expect(await pipeline.run({ trigger: "manual" })).toMatchObject({ state: "SUCCEEDED" });
    expect(builtAs()).toEqual([`dbt ${slot} views`, `dbt ${slot} copy`, `dbt ${slot} copy`]);
  });

  test("there is nothing to do for a slot that holds a build", async () => {
    await pipeline.prime();
    await small.order(1);
    await pipeline.run({ trigger: "schedule" });
    small.calls.length = 0;
    expect(await pipeline.prime()).toBeUndefined();
    expect(small.calls).toEqual([]);
  });
});
