import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { dataSetsDir } from "#platform/config.ts";
import { Database } from "#platform/db/database.ts";
import { useTestDatabases } from "#platform/testing/testDatabase.ts";
import { generateShop } from "../generated/generateShop.ts";
import { listDataFiles, readRetailFiles } from "../onlineRetail/files.ts";
import { importOnlineRetail } from "../onlineRetail/importOnlineRetail.ts";
import { buildLedger } from "../onlineRetail/invoices.ts";
import type { ImportReport } from "../onlineRetail/report.ts";
import { ksDistance } from "./ks.ts";
import { HEADER, withFiles } from "./retailFixture.ts";
import { shapesOfGenerated, shapesOfReal } from "./shapes.ts";

const folder = join(dataSetsDir(), "online_retail_ii");
const present = existsSync(folder);
/** Printed with each test that did not run. */
beforeEach(({ skip }) => skip(!present, `${folder} is missing; MARTGRAPH_DATA names the folder of the data sets`));

type Month = [revenue: string, orders: number, customers: number];
interface MonthRow extends Record<string, unknown> {
  month: string;
  revenue: string;
  orders: number;
  customers: number;
}

/** The monthly figures as a few lines of Python find them in the files, without the importer. */
async function monthsByPython(path: string): Promise<MonthRow[]> {
  const { stdout } = await promisify(execFile)("python3", [join(import.meta.dirname, "monthlyTotals.py"), path], { maxBuffer: 1 << 20 });
  const trim = (revenue: string) => (revenue.includes(".") ? revenue.replace(/\.?0+$/, "") : revenue);
  return Object.entries(JSON.parse(stdout) as Record<string, Month>).map(([month, [revenue, orders, customers]]) => ({ month, revenue: trim(revenue), orders, customers }));
}

async function monthsOfShop(db: Database): Promise<MonthRow[]> {
  const { rows } = await db.raw<MonthRow>(`
    with amounts as (
      select order_id, sum(amount_units / power(10::numeric, exponent)) as amount
      from (select order_id, amount_units, exponent from orders.order_lines union all select order_id, amount_units, exponent from orders.order_charges) l
      group by order_id
    )
    select to_char(o.placed_at at time zone 'UTC', 'YYYY-MM') as month, trim_scale(sum(a.amount))::text as revenue, count(*)::int as orders, count(distinct o.user_id)::int as customers
    from orders.orders o join amounts a on a.order_id = o.id
    where o.user_id is not null group by 1 order by 1`);
  return rows;
}

describe("Online Retail II, imported in full, agrees with Python in all 22 months", () => {
  const databases = useTestDatabases({ shop: true });
  let db: Database;
  let report: ImportReport;

  beforeAll(async () => {
    if (!present) return;
    db = Database.open(databases.shop.config);
    report = await importOnlineRetail({ db, path: folder, seed: 1 });
    console.log(`import: ${report.linesRead} lines in ${report.seconds?.toFixed(1)} s, ${Math.round(report.linesRead / (report.seconds ?? 1))} lines/s`);
  }, 300_000);
  afterAll(() => db?.close());
  const rows = async (sql: string) => (await db.raw(sql)).rows;

  test("every line is in exactly one place", async () => {
    expect(report).toMatchObject({ linesRead: 859_515, linesOverlap: 22_523, linesRejected: 82, linesLoaded: 836_910, orders: 33_135, refunds: 7_079 });
    expect(report.classes).toEqual({
      loaded: { SALE: 811_773, CHARGE: 3_966, REFUND: 15_907, WRITE_OFF: 2_972, FOUND: 1_606, GIVEN_FREE: 686 },
      rejected: { NEGATIVE_PRICE: 5, CHARGE_WITHOUT_PRICE: 77 },
    });
    expect(await rows(`select (select count(*) from orders.order_lines)::int as sales, (select count(*) from orders.order_charges)::int as charges,
      (select count(*) from orders.refund_lines)::int as refunds, (select count(*) from catalog.stock_movements where not is_synthetic)::int as movements,
      (select count(*) from platform.import_rejections)::int as rejections, (select count(*) from users.users)::int as users`)).toEqual([
      { sales: 811_773, charges: 3_966, refunds: 15_907, movements: 5_264, rejections: 82, users: 5_346 },
    ]);
  });

  test("revenue, orders and customers of every month", async () => {
    const shop = await monthsOfShop(db);
    expect(shop).toHaveLength(22);
    expect(shop).toEqual(await monthsByPython(folder));
    const pinned = (month: string) => shop.find((row) => row["month"] === month);
    expect(pinned("2009-12")).toEqual({ month: "2009-12", revenue: "686654.16", orders: 1_512, customers: 955 });
    expect(pinned("2010-11")).toEqual({ month: "2010-11", revenue: "1172336.042", orders: 2_587, customers: 1_607 });
    expect(pinned("2011-01")).toEqual({ month: "2011-01", revenue: "569445.04", orders: 987, customers: 741 });
  }, 120_000);

  test("an order's total is its exact amount rounded once; refunds stay within payments and name what they matched", async () => {
    expect(await rows(`
      with exact as (
        select order_id, sum(amount_units * power(10::numeric, 6 - exponent)) as units
        from (select order_id, amount_units, exponent from orders.order_lines union all select order_id, amount_units, exponent from orders.order_charges) l
        group by order_id
      )
      select count(*)::int as orders, count(*) filter (where abs(o.total_units * 10000 - e.units) > 5000)::int as wrong
      from orders.orders o join exact e on e.order_id = o.id`)).toEqual([{ orders: 33_135, wrong: 0 }]);
    expect(await rows("select match_quality, count(*)::int as refunds from orders.refunds group by 1 order by 1")).toEqual([
      { match_quality: "EXACT", refunds: report.refundMatches.EXACT },
      { match_quality: "LATEST_OF_SEVERAL", refunds: report.refundMatches.LATEST_OF_SEVERAL },
      { match_quality: "NONE", refunds: report.refundMatches.NONE },
      { match_quality: "PARTIAL", refunds: report.refundMatches.PARTIAL },
    ]);
    expect(await rows("select count(*)::int as wrong from orders.refunds r join orders.orders o on o.id = r.order_id where o.placed_at > r.refunded_at or o.user_id is distinct from r.user_id")).toEqual([{ wrong: 0 }]);
  });

  test("the shop lives on from the day after the last invoice", async () => {
    expect(await rows("select to_char(platform.business_now() at time zone 'UTC', 'YYYY-MM-DD HH24') as now")).toEqual([{ now: "2011-09-10 00" }]);
  });
});

describe("any files of the format agree with Python, whatever they overlap", () => {
  const databases = useTestDatabases({ shop: true });

  /** Files that meet in the middle of a day and of an invoice, overlap twice, and hold months of the second year. */
  const PARTS = { "a.csv.gz": [0, 30_011], "b.csv.gz": [20_007, 45_003], "c.csv.gz": [28_000, 31_500], "d.csv.gz": [700_001, 730_000] } as const;

  test("revenue, orders and customers of their months", async () => {
    const lines: string[] = [];
    for (const path of await listDataFiles(folder)) for (const line of gunzipSync(readFileSync(path)).toString("utf8").split("\r\n").slice(1, -1)) lines.push(line);
    const files = Object.fromEntries(Object.entries(PARTS).map(([name, [from, to]]) => [name, [HEADER, ...lines.slice(from, to), ""].join("\r\n")]));
    await withFiles(files, async (parts) => {
      await using db = Database.open(databases.shop.config);
      const report = await importOnlineRetail({ db, path: parts, seed: 1 });
      expect(report.linesRead).toBe(30_011 + 24_996 + 3_500 + 29_999);
      expect(report.linesOverlap).toBeGreaterThanOrEqual(10_004 + 3_500);
      expect(await monthsOfShop(db)).toEqual(await monthsByPython(parts));
    });
  }, 60_000);
});

describe("generated shops have the shapes of Online Retail II", () => {
  /** Upper bounds of the KS distance; what is reached is printed. */
  const BOUNDS = { basketSize: 0.05, repeatGapDays: 0.05, hour: 0.03, weekday: 0.03, unitPrice: 0.07, quantity: 0.05 } as const;

  test("basket size, repeat gap, hours, weekdays, prices and quantities", async () => {
    const { lines } = await readRetailFiles(await listDataFiles(folder));
    const real = shapesOfReal(buildLedger(lines).orders);
    const generated = shapesOfGenerated(generateShop(1, "demo", new Date("2026-03-05T00:00:00Z")));
    const distances = Object.fromEntries(Object.keys(BOUNDS).map((name) => [name, ksDistance(generated[name as keyof typeof BOUNDS], real[name as keyof typeof BOUNDS])]));
    console.log(`KS distances, generated against real: ${Object.entries(distances).map(([name, value]) => `${name} ${value.toFixed(3)}`).join(", ")}`);
    for (const [name, bound] of Object.entries(BOUNDS)) expect.soft(distances[name], name).toBeLessThan(bound);
  }, 60_000);
});
