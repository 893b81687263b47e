import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { beforeEach, describe, expect, inject, test } from "vitest";
import { Database } from "#platform/db/database.ts";
import { cloneDatabase, dropDatabase } from "#platform/testing/testDatabase.ts";
import { demoAccounts } from "../demoAccounts.ts";
import { importOnlineRetail } from "../onlineRetail/importOnlineRetail.ts";
import { assertSameData, describeShopData } from "../shopData.ts";
import { csvText, type FixtureLine, HEADER, withFiles } from "./retailFixture.ts";


let db: Database;
let name: string;

/** Each import needs an empty shop. */
beforeEach(async () => {
  const clone = await cloneDatabase(inject("testServer"), "shop");
  db = Database.open(clone.config);
  name = clone.name;
  return async () => {
    await db.close();
    await dropDatabase(inject("testServer"), name);
  };
});

const load = (files: Record<string, string | Buffer>, extra: { clock?: Date; signal?: AbortSignal } = {}) =>
  withFiles(files, (path) => importOnlineRetail({ db, path, seed: 1, ...extra }));
const rows = async (sql: string) => (await db.raw(sql)).rows;

const GUEST = { customer: "" };
const MIXED: FixtureLine[] = [
  { invoice: "500001", code: "85048", quantity: 12, price: "6.95" },
  { invoice: "500001", code: "47503j", description: ' A "LONG", NAME\tHERE ', quantity: 2, price: "0.001" },
  { invoice: "500001", code: "POST", description: "POSTAGE", price: "18.0" },
  { invoice: "500001", code: "22000", price: "0.0", description: "FREE SAMPLE" },
  { invoice: "500002", code: "47503J ", ...GUEST, country: "EIRE", at: "2010-01-05 09:00:00" },
  { invoice: "500003", code: "M", price: "373.57", customer: "13086", country: "Channel Islands", at: "2010-01-06 09:00:00" },
  { invoice: "C500004", code: "85048", quantity: -5, at: "2010-01-07 09:00:00" },
  { invoice: "C500005", code: "99999", quantity: -1, ...GUEST, at: "2010-01-08 09:00:00" },
  { invoice: "500006", code: "85048", quantity: -3, price: "0.0", description: "damaged", ...GUEST, at: "2010-01-08 10:00:00" },
  { invoice: "500007", code: "85048", quantity: 4, price: "0.0", description: "found", ...GUEST, at: "2010-01-08 11:00:00" },
  { invoice: "A500008", code: "B", price: "-100.0", description: "Adjust bad debt", ...GUEST, at: "2010-01-08 12:00:00" },
  { invoice: "500009", code: "POST", price: "0.0", customer: "13087", at: "2010-01-08 13:00:00" },
];

describe("an import", () => {
  test("puts every line in one place", async () => {
    const report = await load({ "a.csv.gz": csvText(MIXED), "b.csv": csvText([...MIXED.slice(6), { invoice: "500010", at: "2010-01-09 08:00:00" }]) });
    expect(report).toMatchObject({ linesRead: 19, linesLoaded: 11, linesRejected: 2, linesOverlap: 6 });
    expect(report.classes.loaded).toEqual({ SALE: 4, CHARGE: 2, REFUND: 2, WRITE_OFF: 1, GIVEN_FREE: 1, FOUND: 1 });
    expect(report.summary).toContain("19 lines read = 11 loaded + 2 rejected + 6 in two files");

    expect(await rows("select number, customer_type, country_code, country_label, total_units::int, source, state from orders.orders order by placed_at")).toEqual([
      { number: "500001", customer_type: "REGISTERED", country_code: "GB", country_label: "United Kingdom", total_units: 10_140, source: "IMPORT", state: "DELIVERED" },
      { number: "500002", customer_type: "GUEST", country_code: "IE", country_label: "EIRE", total_units: 695, source: "IMPORT", state: "DELIVERED" },
      { number: "500003", customer_type: "REGISTERED", country_code: null, country_label: "Channel Islands", total_units: 37_357, source: "IMPORT", state: "DELIVERED" },
      { number: "500010", customer_type: "REGISTERED", country_code: "GB", country_label: "United Kingdom", total_units: 695, source: "IMPORT", state: "DELIVERED" },
    ]);
    expect(await rows("select position, sku, name, quantity::int, unit_amount::int, l.exponent, amount_units::int from orders.order_lines l join orders.orders o on o.id = l.order_id where o.number = '500001' order by position")).toEqual([
      { position: 1, sku: "85048", name: "GLASS BALL LIGHTS", quantity: 12, unit_amount: 695, exponent: 2, amount_units: 8340 },
      { position: 2, sku: "47503J", name: 'A "LONG", NAME HERE', quantity: 2, unit_amount: 1, exponent: 3, amount_units: 2 },
    ]);
    expect(await rows("select position, kind, code, unit_amount::int from orders.order_charges order by unit_amount")).toEqual([
      { position: 3, kind: "SHIPPING", code: "POST", unit_amount: 1800 },
      { position: 1, kind: "ADJUSTMENT", code: "M", unit_amount: 37_357 },
    ]);
    expect(await rows("select r.number, match_quality, matched_lines, o.number as order_number, r.total_units::int from orders.refunds r left join orders.orders o on o.id = r.order_id order by 1")).toEqual([
      { number: "C500004", match_quality: "EXACT", matched_lines: 1, order_number: "500001", total_units: 3475 },
      { number: "C500005", match_quality: "NONE", matched_lines: 0, order_number: null, total_units: 695 },
    ]);
    expect(await rows("select state, refunded_units::int from orders.payments where refunded_units > 0")).toEqual([{ state: "PARTIALLY_REFUNDED", refunded_units: 3475 }]);
    expect(await rows("select m.kind, m.quantity::int, v.sku, o.number from catalog.stock_movements m join catalog.variants v on v.id = m.variant_id left join orders.orders o on o.id = m.order_id where not m.is_synthetic order by m.occurred_at")).toEqual([
      { kind: "GIVEN_FREE", quantity: -1, sku: "22000", number: "500001" },
      { kind: "WRITE_OFF", quantity: -3, sku: "85048", number: null },
      { kind: "FOUND", quantity: 4, sku: "85048", number: null },
    ]);
    expect(await rows("select file, line::int, reason from platform.import_rejections order by line")).toEqual([
      { file: "a.csv.gz", line: 12, reason: "NEGATIVE_PRICE" },
      { file: "a.csv.gz", line: 13, reason: "CHARGE_WITHOUT_PRICE" },
    ]);
    expect(await rows("select sku, p.status, pr.unit_amount::int, s.on_hand > 0 as stocked from catalog.variants v join catalog.products p on p.id = v.product_id left join catalog.prices pr on pr.variant_id = v.id left join catalog.stock_levels s on s.variant_id = v.id order by sku")).toEqual([
      { sku: "22000", status: "ARCHIVED", unit_amount: null, stocked: false },
      { sku: "47503J", status: "ACTIVE", unit_amount: 695, stocked: true },
      { sku: "85048", status: "ACTIVE", unit_amount: 695, stocked: true },
      { sku: "99999", status: "ARCHIVED", unit_amount: null, stocked: false },
    ]);
    expect(await rows("select external_ref, email, password_hash from users.users order by 1")).toEqual(["13085", "13086", "13087"].map((number) => ({ external_ref: number, email: `customer${number}@example.com`, password_hash: null })));
    // The foreign keys that were taken off for the copy stand again.
    expect(await rows("select count(*)::int as n from pg_constraint where conrelid = 'orders.order_lines'::regclass and contype = 'f' and convalidated")).toEqual([{ n: 1 }]);
  });

  test("sets the clock to the day after the last invoice, and order numbers go on above", async () => {
    await load({ "a.csv": csvText([{ invoice: "5000010", at: "2010-01-09 08:00:00" }]) });
    const [clock] = await rows("select platform.business_now() as now, nextval('orders.order_number')::int as next");
    expect((clock!["now"] as Date).getTime() - Date.UTC(2010, 0, 10)).toBeGreaterThanOrEqual(0);
    expect((clock!["now"] as Date).getTime() - Date.UTC(2010, 0, 10)).toBeLessThan(60_000);
    expect(clock!["next"]).toBe(5_000_011);
  });

  test("takes another clock, but none before the last invoice", async () => {
    const files = { "a.csv": csvText([{}]) };
    await expect(load(files, { clock: new Date("2010-01-04T09:00:00Z") })).rejects.toThrow(/stands before the last invoice/);
    await load(files, { clock: new Date("2020-06-01T00:00:00Z") });
    expect((await rows("select extract(year from platform.business_now())::int as year"))[0]).toEqual({ year: 2020 });
  });

  test("gives the same rows for the same seed", async () => {
    const files = { "a.csv": csvText(MIXED) };
    await load(files);
    const ids = () => rows("select md5(string_agg(id::text, ',' order by id)) from (select id from orders.order_lines union all select id from users.users union all select id from catalog.stock_movements) x");
    const first = await ids();
    await db.close();
    const clone = await cloneDatabase(inject("testServer"), "shop");
    await dropDatabase(inject("testServer"), name);
    name = clone.name;
    db = Database.open(clone.config);
    await load(files);
    expect(await ids()).toEqual(first);
  });

  test("is remembered: a second one is refused, other data too, the same data passes", async () => {
    const files = { "a.csv": csvText(MIXED) };
    expect(await describeShopData(db)).toBeUndefined();
    await load(files);
    await expect(load(files)).rejects.toThrow(/filled already.*--reset/);
    expect(await describeShopData(db)).toMatchObject({ source: "ONLINE_RETAIL_II", isSynthetic: false, summary: expect.stringContaining("12 lines read") });
    await withFiles(files, (path) => assertSameData(db, { path }));
    await withFiles({ "a.csv": csvText([{}]) }, (path) => expect(assertSameData(db, { path })).rejects.toThrow(/--reset/));
    await expect(assertSameData(db, { source: "GENERATED" })).rejects.toThrow(/holds orders imported.*generated.*--reset/);
  });

  test("offers one account per role, the same each time", async () => {
    await load({ "a.csv": csvText(MIXED) });
    const accounts = await demoAccounts(db);
    expect(new Set(Object.values(accounts)).size).toBe(6);
    expect(await demoAccounts(db)).toEqual(accounts);
    expect(await rows(`select roles, external_ref from users.users where id = '${accounts.CUSTOMER}'`)).toEqual([{ roles: ["CUSTOMER"], external_ref: "13085" }]);
    expect(await rows(`select count(*)::int as n from users.vendor_members m join catalog.products p on p.vendor_id = m.vendor_id join orders.order_lines l on l.product_id = p.id where m.user_id = '${accounts.VENDOR}'`)).not.toEqual([{ n: 0 }]);
  });
});

describe("bad input leaves the shop empty and says what to do", () => {
  const good = csvText([{}, { invoice: "500002" }]);
  const cases: [what: string, files: Record<string, string | Buffer>, message: RegExp][] = [
    ["no data file", { "notes.txt": "x" }, /holds no \.csv or \.csv\.gz file; name the folder/],
    ["an empty file", { "a.csv": "" }, /a\.csv: the file holds no invoice lines/],
    ["a header alone", { "a.csv": `${HEADER}\n` }, /a\.csv: the file holds no invoice lines/],
    ["other columns", { "a.csv": "id,name\n1,x\n" }, /a\.csv, line 1: the header is "id,name".*it must be "Invoice,/],
    ["a line with too few columns", { "a.csv": `${HEADER}\n500001,85048,X,1\n` }, /a\.csv, line 2: the line has 4 columns, not 8/],
    ["a wrong number", { "a.csv": csvText([{}, { quantity: "many" }]) }, /a\.csv, line 3, column Quantity: "many" is not a whole number/],
    ["a text file cut in half", { "a.csv": good.slice(0, -20) }, /ends in the middle of a line.*cut off; fetch it again/],
    ["a quote that is never closed", { "a.csv": `${HEADER}\n500001,85048,"X,1,2010-01-04 10:00:00,1.0,,UK\n` }, /line 2: a quotation mark is opened and never closed/],
    ["a compressed file cut in half", { "a.csv.gz": gzipSync(good.repeat(50)).subarray(0, 120) }, /a\.csv\.gz: the compressed file is cut off; fetch it again/],
    ["a .gz that is none", { "a.csv.gz": Buffer.from(good) }, /a\.csv\.gz: the file is damaged or not compressed/],
    ["a damaged compressed file", { "a.csv.gz": damaged(gzipSync(good)) }, /a\.csv\.gz: the (file is damaged|compressed file is cut off)/],
    ["text that is not UTF-8", { "a.csv": Buffer.concat([Buffer.from(`${HEADER}\n500001,85048,`), Buffer.from([0xa3, 0x31]), Buffer.from(",1,2010-01-04 10:00:00,1.0,,UK\n")]) }, /a\.csv: the file is not UTF-8/],
    ["a good file beside a bad one", { "a.csv": good, "b.csv": csvText([{ price: "free" }]) }, /b\.csv, line 2, column Price: "free"/],
    ["only lines that cannot be loaded", { "a.csv": csvText([{ quantity: 0 }]) }, /no line of the data can be loaded/],
  ];
  test.each(cases)("%s", async (_, files, message) => {
    await expect(load(files)).rejects.toThrow(message);
    expect(await rows("select (select count(*) from orders.orders)::int as orders, (select count(*) from users.users)::int as users, (select offset_ms from platform.clock)::int as offset_ms")).toEqual([{ orders: 0, users: 0, offset_ms: 0 }]);
  });

  test("a path that is not there", async () => {
    await expect(importOnlineRetail({ db, path: "/nowhere/at/all", seed: 1 })).rejects.toThrow(/\/nowhere\/at\/all: there is no such file or folder; check the path/);
  });

  test("a file that is no data file", async () => {
    await withFiles({ "notes.txt": "x" }, async (folder) => {
      await expect(importOnlineRetail({ db, path: join(folder, "notes.txt"), seed: 1 })).rejects.toThrow(/neither \.csv nor \.csv\.gz/);
    });
  });

  test("a stop in the middle takes everything back", async () => {
    const stop = new AbortController();
    const work = withFiles({ "a.csv": csvText(MIXED) }, (path) => importOnlineRetail({ db, path, seed: 1, signal: stop.signal, onProgress: (_, step) => step.step === "orders" && stop.abort() }));
    await expect(work).rejects.toThrow(/abort/i);
    expect(await rows("select count(*)::int as n from orders.orders")).toEqual([{ n: 0 }]);
  });
});

function damaged(gzip: Buffer): Buffer {
  const copy = Buffer.from(gzip);
  for (let at = 20; at < copy.length - 8; at += 3) copy[at] = (copy[at] as number) ^ 0x5a;
  return copy;
}
