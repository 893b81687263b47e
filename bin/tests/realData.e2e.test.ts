import { execFile } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { dataSetsDir } from "#platform/config.ts";
import { PROJECT_DIR } from "../install/dataDir.ts";
import { type Data, endEverything, makeScratch, openAsBi, openAsOwner, startProduct, type StartedProduct } from "./startedProduct.ts";

const folder = join(dataSetsDir(), "online_retail_ii");
const present = existsSync(folder);

/** Of customers known, gross at placing, charges in. Amounts without closing zeros. */
interface Month extends Record<string, unknown> {
  month: string;
  revenue: string;
  orders: number;
  customers: number;
}
const trim = (decimal: string) => (decimal.includes(".") ? decimal.replace(/\.?0+$/, "") : decimal);

/** The months as a few lines of Python find them in the files, without anything of ours. */
async function monthsByPython(): Promise<Month[]> {
  const { stdout } = await promisify(execFile)("python3", [join(PROJECT_DIR, "shopdata", "tests", "monthlyTotals.py"), folder], { maxBuffer: 1 << 20 });
  return Object.entries(JSON.parse(stdout) as Record<string, [string, number, number]>).map(([month, [revenue, orders, customers]]) => ({ month, revenue: trim(revenue), orders, customers }));
}

const SHOP_MONTHS = `
  with amounts as (
    select order_id, sum(amount_units / power(10::numeric, exponent)) as amount
    from (select order_id, amount_units, exponent from orders.order_lines union all select order_id, amount_units, exponent from orders.order_charges) l
    group by order_id
  )
  select to_char(o.placed_at at time zone 'UTC', 'YYYY-MM') as month, trim_scale(sum(a.amount))::text as revenue, count(*)::int as orders, count(distinct o.user_id)::int as customers
  from orders.orders o join amounts a on a.order_id = o.id where o.user_id is not null group by 1 order by 1`;
const MART_MONTHS = `
  select to_char(placed_date, 'YYYY-MM') as month, trim_scale(sum(revenue))::text as revenue, count(*)::int as orders, count(distinct user_id)::int as customers
  from marts.fct_orders where customer_type = 'REGISTERED' group by 1 order by 1`;

describe("start --data: Online Retail II from the files to GraphQL", { timeout: 600_000 }, () => {
  const scratch = makeScratch();
  const dir = join(scratch, "data");
  let product: StartedProduct;
  /** Printed with each test that did not run. */
  beforeEach(({ skip }) => skip(!present, `${folder} is missing; MARTGRAPH_DATA names the folder of the data sets`));
  beforeAll(async () => {
    if (!present) return;
    const began = performance.now();
    product = await startProduct(dir, ["--data", folder]);
    const steps = product.steps.map((one) => `${one.step} ${(one as Data)["seconds"]} s`);
    console.info(`start on the real data: ${((performance.now() - began) / 1000).toFixed(1)} s (${steps.join(", ")})`);
  }, 600_000);
  afterAll(async () => {
    await endEverything([dir]);
    rmSync(scratch, { recursive: true, force: true });
  }, 120_000);

  test("every line is read, the build passes every check and is published, both models are trained", () => {
    const step = (name: RegExp) => product.steps.find((one) => name.test(one.step));
    expect(step(/^Import Online Retail II/)).toMatchObject({ verdict: "done", rows: 859_515 });
    expect(step(/^Pipeline$/)).toMatchObject({ verdict: "done", note: expect.stringMatching(/is published/) });
    expect(step(/^Pipeline: train/)?.note).toMatch(/churn@1: .*recommendations@1: /s);
  });

  test("all 22 months agree between Python, shop, mart and GraphQL", async () => {
    const expected = await monthsByPython();
    expect(expected).toHaveLength(22);
    expect(expected).toEqual(expect.arrayContaining([
      { month: "2009-12", revenue: "686654.16", orders: 1_512, customers: 955 },
      { month: "2010-11", revenue: "1172336.042", orders: 2_587, customers: 1_607 },
      { month: "2011-01", revenue: "569445.04", orders: 987, customers: 741 },
    ]));
    await using shop = openAsOwner(dir, "shop");
    expect((await shop.raw<Month>(SHOP_MONTHS)).rows).toEqual(expected);
    await using bi = openAsBi(product.ready);
    expect((await bi.raw<Month>(MART_MONTHS)).rows).toEqual(expected);

    const { data, errors } = await product.run("MetricQuery", {
      metrics: ["revenue", "orders", "customers"], grain: "MONTH", range: { from: "2009-01-01", to: "2012-01-01" }, filter: [{ dimension: "customerType", in: ["REGISTERED"] }],
    }, await product.login("ANALYST"));
    expect(errors).toEqual([]);
    const byGraph = (data["metricQuery"].nodes as { at: string; values: { metric: string; value: string; unit: string }[] }[]).map(({ at, values }) => {
      expect(values.map(({ unit }) => unit)).toEqual(["GBP", "orders", "customers"]);
      const [revenue = "", orders, customers] = values.map(({ value }) => value);
      return { month: at.slice(0, 7), revenue: trim(revenue), orders: Number(orders), customers: Number(customers) };
    });
    expect(byGraph).toEqual(expected);
  });

  test("the demo CUSTOMER is an imported buyer, and one query over all five subgraphs answers about them", async () => {
    const me = (await product.run("Me", {}, await product.login("CUSTOMER"))).data["me"] as Data;
    const { data, errors } = await product.run("FiveSubgraphs", { userId: me["id"] }, await product.login("ADMIN"));
    expect(errors).toEqual([]);
    expect(data["user"].orders.nodes).toHaveLength(3);
    expect(data["user"].orders.nodes[0].placedAt < "2011-09-10").toBe(true);
    const lines = (data["user"].orders.nodes as Data[]).flatMap((order) => order["lines"].nodes as Data[]);
    expect(lines.length).toBeGreaterThan(3);
    for (const { product: bought } of lines) expect(bought).toMatchObject({ price: { amount: { currency: "GBP" } }, availability: { inStock: expect.any(Boolean) }, similar: { source: "MODEL" }, analytics: { asOf: expect.any(String) } });
    expect(data["user"].recommendations).toMatchObject({ modelVersion: expect.any(String), items: expect.objectContaining({ length: 5 }) });
    expect(data["user"].churnRisk).toMatchObject({ source: "MODEL", modelVersion: expect.any(String) });
  });
});
