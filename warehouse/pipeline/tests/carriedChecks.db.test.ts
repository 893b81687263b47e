import { afterAll, beforeAll, expect, test } from "vitest";
import { useTestDatabases } from "#platform/testing/testDatabase.ts";
import { createPipeline, type Pipeline } from "../pipeline.ts";
import { openSmallWarehouse, type SmallWarehouse } from "./smallWarehouse.ts";

const databases = useTestDatabases({ warehouse: true });
let small: SmallWarehouse;
let pipeline: Pipeline;

beforeAll(async () => {
  small = await openSmallWarehouse(databases.warehouse);
  pipeline = createPipeline(small.deps);
});
afterAll(async () => {
  await small?.[Symbol.asyncDispose]();
});

test("an increment hands over which tables changed and what passed with the slot's last build; whoever asks for a build gets all of it checked", async () => {
  await small.order(100);
  expect(await pipeline.run({ trigger: "start" })).toMatchObject({ state: "SUCCEEDED" });
  const asked: { areas: readonly string[]; carry: unknown }[] = [];
  const at = async (buildId: string | null) => (await small.admin.raw<{ suite: string; name: string; at: Date }>("select suite, name, checked_at as at from ops.check_result where build_id = $1 order by 1, 2", [buildId])).rows;
  const check = (suite: string, name: string, carried: boolean) => ({ suite, table: "t", checks: [{ name, severity: "CRITICAL" as const, passed: true, message: null, observed: null, ...(carried ? { carried } : {}) }] });
  small.tools.build = async ({ slot }) => ({ ok: true, rows: 0, models: 1, tests: 0, nodes: [{ kind: "model", relation: `marts_${slot}.fct_orders` }, { kind: "model", relation: `staging_${slot}.x` }, { kind: "test", relation: null }] });
  const of: unknown[] = [];
  small.tools.check = async ({ areas, carry, values }) => {
    asked.push({ areas, carry });
    of.push(values["of_changed_order"]);
    return { version: 1, success: true, seconds: 0, suites: areas.includes("predictions") ? [] : [check(areas[0] ?? "", "of what changed", false), check(`${areas[0] ?? ""}.other`, "of what did not", carry !== undefined)] };
  };
  const [first, second] = [await pipeline.run({ trigger: "manual", force: true }), await pipeline.run({ trigger: "manual", force: true })];
  expect([asked.map(({ carry }) => carry), new Set(of)]).toEqual([asked.map(() => undefined), new Set(["true"])]);
  asked.length = of.length = 0;
  await small.order(0);
  const third = await pipeline.run({ trigger: "schedule" });
  expect(third).toMatchObject({ state: "SUCCEEDED", reason: null });
  const passed = [["marts", "of what changed"], ["marts.other", "of what did not"], ["raw", "of what changed"], ["raw.other", "of what did not"]];
  const raw = { audit: ["orders__orders"], changed: ["orders__orders"] };
  expect(asked.map(({ areas, carry }) => [areas[0], carry])).toEqual([
    ["raw", { changed: raw, same: ["of_changed_order", "today"], passed: expect.arrayContaining(passed) }], ["marts", { changed: { ...raw, marts: ["fct_orders"], features: [] }, same: ["of_changed_order", "today"], passed: expect.arrayContaining(passed) }], ["predictions", undefined],
  ]);
  // rows of orders are asked of those that changed where the rest passed
  expect(of[1]).toBe("order_id = any (array(select entity_id from intermediate_b.int_changed_orders where entity = 'ORDER'))");
  // what was carried over keeps its time, which is that of the build before the last: slots take turns
  const [before, between, after] = [await at(first.buildId), await at(second.buildId), await at(third.buildId)];
  expect(after.map(({ at: time }) => time.getTime() > (between[0]?.at.getTime() ?? 0))).toEqual([true, false, true, false]);
  expect([after[1]?.at, after[3]?.at]).toEqual([before[1]?.at, before[3]?.at]);
  expect((await pipeline.status()).runs[0]?.assets.find(({ asset }) => asset === "check raw")?.message).toBe("2 checks, 1 of them of rows that did not change");
});
