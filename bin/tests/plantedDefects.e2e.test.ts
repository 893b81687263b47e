import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { useTestDatabases } from "#platform/testing/testDatabase.ts";
import { fillGenerated } from "#shopdata/generated/fillGenerated.ts";
import { columnDefects, readSuites } from "#warehouse/pipeline/tests/columnDefects.ts";
import { BUILD_DEFECTS, type Defect, PREDICTION_DEFECTS, RAW_DEFECTS } from "#warehouse/pipeline/tests/defects.ts";
import { openRealChain, type RealChain } from "#warehouse/pipeline/tests/realChain.ts";
import { TOLD_DEFECTS, TOLD_OF_PREDICTIONS } from "#warehouse/pipeline/tests/toldDefects.ts";

const databases = useTestDatabases({ shop: true, warehouse: true });
let chain: RealChain;

beforeAll(async () => {
  chain = await openRealChain(databases);
  await fillGenerated({ db: chain.shop, seed: 7, size: "tiny", until: new Date() });
}, 120_000);
afterAll(async () => {
  await chain?.[Symbol.asyncDispose]();
});

const revenue = async () => Number((await chain.bi.raw<{ total: string }>("select sum(revenue) as total from marts.agg_daily_sales")).rows[0]?.total);
const published = async () => (await chain.pipeline.status()).published;
const run = (more: { force?: boolean } = {}) => chain.pipeline.run({ trigger: "manual", ...more });
const redChecks = async (buildId: string | null) =>
  (await chain.warehouse.raw<{ suite: string; name: string; message: string }>("select suite, name, message from ops.check_result where build_id = $1 and not passed and severity = 'CRITICAL'", [buildId])).rows;

/** What the shop itself has sold, in major units. */
async function sold(): Promise<number> {
  const { rows } = await chain.shop.raw<{ total: string }>(
    "select sum(amount) as total from (select amount_units * power(10::numeric, -exponent) as amount from orders.order_lines union all select amount_units * power(10::numeric, -exponent) from orders.order_charges) lines");
  return Number(rows[0]?.total);
}

describe("from shop to published marts", () => {
  test("the first run carries the shop to marts that BI reads, with every check green", async () => {
    const result = await run();
    expect(await redChecks(result.buildId)).toEqual([]);
    expect(result).toMatchObject({ state: "SUCCEEDED", warnings: [] });
    expect(await revenue()).toBeCloseTo(await sold(), 6);
  }, 180_000);

  test("an order moves the metric by exactly its amount, and nothing is built when nothing changed", async () => {
    const before = await revenue();
    const amount = await chain.order();
    expect(await run()).toMatchObject({ state: "SUCCEEDED" });
    expect(await revenue()).toBeCloseTo(before + amount, 6);
    expect(await run()).toMatchObject({ state: "NOTHING_TO_DO" });
    await chain.order();
    const increment = await run();
    expect(increment).toMatchObject({ state: "SUCCEEDED" });
    const steps = (await chain.pipeline.status()).runs[0]?.assets.map(({ asset, seconds }) => `${asset} ${seconds?.toFixed(1)}`);
    console.info(`increment after one order: ${increment.seconds.toFixed(1)} s (${steps?.join(", ")})`);
    expect(await revenue()).toBeCloseTo(before + 2 * amount, 6);
  }, 180_000);
});

describe("planted defects", () => {
  afterEach(async () => {
    chain.spoilPredictions = undefined;
    chain.spoilChecked = undefined;
    await chain.repair();
  });

  const HAND_MADE = [...RAW_DEFECTS, ...BUILD_DEFECTS, ...PREDICTION_DEFECTS];

  test("there is one for every suite, by hand or by its columns, and sixty by hand", async () => {
    const suites = (await Promise.all(["raw", "marts", "features", "predictions"].map(readSuites))).flat();
    const checks = suites.flatMap(({ suite, checks: some }) => some.map(({ name }) => `${suite}: ${name}`));
    expect(HAND_MADE.map(({ suite, check }) => `${suite}: ${check}`).filter((one) => !checks.includes(one)), "no such check").toEqual([]);
    const planted = new Set([...HAND_MADE, ...(await columnDefects("raw")), ...(await columnDefects("marts")), ...(await columnDefects("features"))].map(({ suite }) => suite));
    expect(suites.map(({ suite }) => suite).filter((suite) => !planted.has(suite))).toEqual([]);
    expect(HAND_MADE.length).toBeGreaterThanOrEqual(60);
  });

  async function expectStopped(defects: readonly Pick<Defect, "suite" | "check">[], unwanted = /@|could not be evaluated/, force = true): Promise<void> {
    const before = { build: await published(), revenue: await revenue() };
    const result = await run({ force });
    const red = await redChecks(result.buildId);
    expect(red.map(({ suite, name }) => `${suite}: ${name}`), result.reason ?? result.state).toEqual(expect.arrayContaining(defects.map(({ suite, check }) => `${suite}: ${check}`)));
    expect(result.state).toBe("REJECTED");
    expect(result.reason).not.toBe("");
    expect(red.map(({ message }) => message).join()).not.toMatch(unwanted);
    expect({ build: await published(), revenue: await revenue() }).toEqual(before);
  }

  test("an increment that asks of the orders that changed alone stops what is wrong with one of them", async () => {
    const defects = BUILD_DEFECTS.filter(({ check }) => check === "a line's amount is plausible" || check === "a quantity is plausible");
    let asked: string | null | undefined;
    chain.spoilChecked = async (areas, values) => {
      if (areas.includes("marts")) asked = values["of_changed_order"];
    };
    for (const { sql } of defects) await chain.plant(sql);
    await expectStopped(defects, undefined, false);
    expect([defects.length, asked]).toEqual([2, expect.stringContaining("int_changed_orders")]);
  });

  test.each(RAW_DEFECTS)("$suite stops it: $check", async (defect) => {
    await chain.plant(defect.sql);
    await expectStopped([defect]);
  });

  test("a column of raw that is gone stops it, in every suite that knows its columns", async () => {
    const defects = await columnDefects("raw");
    chain.spoilChecked = async (areas, values) => {
      if (areas.includes("raw")) for (const { plant } of defects) await plant(chain.warehouse, values);
    };
    await chain.order();
    await expectStopped(defects, /@/);
  });

  test("after the repair the next build publishes, with what was ordered while builds were red", async () => {
    const before = await revenue();
    const amount = await chain.order();
    expect(await run()).toMatchObject({ state: "SUCCEEDED" });
    expect(await revenue()).toBeGreaterThanOrEqual(before + amount - 1e-6);
    expect(await revenue()).toBeCloseTo(await sold(), 6);
  });

  test("the suites of marts and features stop what raw alone does not tell, and the repair publishes", async () => {
    for (const { sql } of BUILD_DEFECTS) if (sql) await chain.plant(sql);
    const columns = [...(await columnDefects("marts")), ...(await columnDefects("features"))];
    chain.spoilChecked = async (areas, values) => {
      if (areas.includes("marts")) for (const { plant } of columns) await plant(chain.warehouse, values);
    };
    await expectStopped([...BUILD_DEFECTS, ...columns]);
    chain.spoilChecked = undefined;
    await chain.repair();
    const before = await revenue();
    const amount = await chain.order();
    expect(await run()).toMatchObject({ state: "SUCCEEDED" });
    expect(await revenue()).toBeCloseTo(before + amount, 6);
  }, 180_000);

  test("what is odd and may be true is told by the check that is there for it", async () => {
    chain.spoilChecked = async (areas, values) => {
      const filled = (sql: string) => sql.replaceAll(/\$([a-z_]+)/g, (name, key: string) => values[key] ?? name);
      if (areas.includes("marts")) for (const { sql } of TOLD_DEFECTS) if (sql) await chain.warehouse.raw(filled(sql));
    };
    await chain.order();
    const result = await run({ force: true });
    expect(result.state, "what was planted breaks sums, too, and is not published").toBe("REJECTED");
    const told = async (buildId: string | null) => (await chain.warehouse.raw<{ suite: string; name: string }>(
      "select suite, name from ops.check_result where build_id = $1 and not passed", [buildId])).rows.map(({ suite, name }) => `${suite}: ${name}`);
    expect(await told(result.buildId), result.reason ?? result.state).toEqual(expect.arrayContaining(TOLD_DEFECTS.map(({ suite, check }) => `${suite}: ${check}`)));
    chain.spoilChecked = undefined;
    chain.spoilPredictions = async (batchId) => {
      for (const { sql } of TOLD_OF_PREDICTIONS) await chain.warehouse.raw(sql, [batchId]);
    };
    const next = await run({ force: true });
    expect(await told(next.buildId), next.reason ?? next.state).toEqual(expect.arrayContaining(TOLD_OF_PREDICTIONS.map(({ suite, check }) => `${suite}: ${check}`)));
    chain.spoilPredictions = undefined;
    expect(await run({ force: true })).toMatchObject({ state: "SUCCEEDED", warnings: [] });
  }, 240_000);

  test("the suites of predictions stop a bad batch, and the next good one is published", async () => {
    chain.spoilPredictions = async (batchId) => {
      for (const { sql } of PREDICTION_DEFECTS) await chain.warehouse.raw(sql, [batchId]);
    };
    await chain.order();
    const before = (await chain.warehouse.raw("select prediction_batch_id from ops.pointer")).rows;
    await expectStopped(PREDICTION_DEFECTS);
    expect((await chain.warehouse.raw("select prediction_batch_id from ops.pointer")).rows).toEqual(before);
    chain.spoilPredictions = undefined;
    expect(await run()).toMatchObject({ state: "SUCCEEDED" });
    expect((await chain.warehouse.raw("select prediction_batch_id from ops.pointer")).rows).not.toEqual(before);
  }, 180_000);
});
