import { expect, test } from "vitest";
import { usePublishedSlice } from "#kit/testing/publishedSlice.ts";
import { proofMode } from "#platform/config.ts";
import { seeded } from "#platform/seeded.ts";
import { fillDailyAggregates } from "#platform/testing/dailyAggregates.ts";
import { createWarehouseReader } from "#warehouse/reader.ts";
import type { Grain } from "../domain/metric/catalogue.ts";
import { addDays } from "../domain/metric/periods.ts";
import { planMetricQuery } from "../domain/metric/planMetricQuery.ts";
import { postgresDialect } from "../domain/metric/postgresDialect.ts";
import { createAnalyticsSubgraph } from "../subgraph.ts";
import { fillRandomMarts, RANDOM } from "./randomMarts.ts";

/** Values at the bounds of steps, many of them several times; nothing and less than nothing too. */
const VALUES = ["-11062.06", "-5", "-0.05", "0", "0", "0.04", "0.1", "9.99", "10", "10.01", "10.99", "11", "99.99", "100", "100", "100.01", "109.99", "110", "999.9", "1000", "54321.5", "123456789.01"];

const slice = usePublishedSlice(async (owner) => {
  await fillRandomMarts(owner, { orders: 400 });
  await owner.raw("update marts_a.fct_orders set revenue = case when abs(hashtext(order_id::text)) % 4 = 0 then revenue else ($1::numeric[])[1 + abs(hashtext(order_id::text)) % $2] end", [VALUES, VALUES.length]);
  await fillDailyAggregates(owner, "a");
}, (db) => createAnalyticsSubgraph({ reader: createWarehouseReader(db) }));

test("percentiles found by steps are those of all orders put in their order, over any days", { timeout: 120_000 }, async () => {
  const random = seeded(31);
  const whole = (n: number) => Math.floor(random() * n);
  let groups = 0;
  for (let round = 0; round < (proofMode() ? 400 : 50); round += 1) {
    const from = addDays(RANDOM.from, whole(700));
    const range = { from, to: addDays(from, 1 + whole(random() < 0.5 ? 12 : 500)) };
    const grain = [null, "DAY", "WEEK", "MONTH", "YEAR"][whole(5)] as Grain | null;
    const filter = random() < 0.3 ? [{ dimension: "currency", in: ["EUR"] }] : [];
    const plan = planMetricQuery({ metrics: ["medianOrderValue", "orderValueP90", "largestOrder"], dimensions: [], grain, range, filter, first: 10_000, after: null }, postgresDialect);
    if (!plan.ok) throw new Error(plan.error.message);
    expect(plan.value.sources).toEqual(["agg_daily_order_values", "fct_orders"]);
    const found = await slice.owner.raw(plan.value.sql.replaceAll("{marts}", "marts_a"), [...plan.value.params]);
    const period = grain ? `to_char(date_trunc('${grain}', placed_date::timestamp), 'YYYY-MM-DD')` : "''";
    const expected = await slice.owner.raw(
      `select ${period} as period, currency, percentile_cont(0.5) within group (order by revenue::float8)::numeric as median, percentile_cont(0.9) within group (order by revenue::float8)::numeric as p90, max(revenue) as most
       from marts_a.fct_orders where placed_date >= $1 and placed_date < $2 and ($3 or currency = 'EUR') group by 1, 2 order by 1, 2`, [range.from, range.to, filter.length === 0]);
    const exact = (value: unknown) => (value === null ? null : Number(Number(value).toFixed(4)));
    expect(found.rows.map((row) => [row["period"], row["currency"], exact(row["m0"]), exact(row["m1"]), exact(row["m2"])]), JSON.stringify({ range, grain }))
      .toEqual(expected.rows.map((row) => [row["period"], row["currency"], exact(row["median"]), exact(row["p90"]), exact(row["most"])]));
    groups += found.rows.length;
  }
  expect(groups).toBeGreaterThan(500);
});
