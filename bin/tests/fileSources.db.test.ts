import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { wallClock } from "#platform/clock.ts";
import { Database } from "#platform/db/database.ts";
import { silentLog } from "#platform/log.ts";
import { createFileStore } from "#platform/objects/fileStore.ts";
import type { ObjectStore } from "#platform/objects/store.ts";
import { useTestDatabases } from "#platform/testing/testDatabase.ts";
import { generateMarketplace, writeMarketplace, type Marketplace } from "#shopdata/generated/marketplace.ts";
import { ingestFiles, type IngestDeps, NothingCaptured } from "#warehouse/sources/ingest.ts";
import { readSource, readSources } from "#warehouse/sources/readSource.ts";
import { retryQuarantine } from "#warehouse/sources/retryQuarantine.ts";
import { listFiles, listQuarantine } from "#warehouse/sources/statements.ts";

// A second shop's export, generated: other tables, names, states and currencies, in CSV, JSON lines and Parquet.
const OPTIONS = { seed: 7, firstMonth: "2011-01", months: 3, ordersPerMonth: 40 };
const databases = useTestDatabases({ warehouse: true });
let loader: Database;
let owner: Database;
let folder: string;
let made: Marketplace;
let store: ObjectStore;
let deps: IngestDeps;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "martgraph-marketplace-"));
  made = await writeMarketplace(join(folder, "export"), OPTIONS);
  loader = Database.open(databases.warehouse.as("martgraph_loader"));
  owner = Database.open(databases.warehouse.config);
});
afterAll(async () => {
  await Promise.all([loader.close(), owner.close()]);
  rmSync(folder, { recursive: true, force: true });
});

const TABLES = ["customers", "articles", "orders", "order_lines", "refunds"];
beforeEach(async () => {
  await owner.raw(`drop table if exists ${TABLES.map((name) => `raw.marketplace__${name}`).join(", ")}; truncate raw._files, raw._quarantine; delete from raw._capture_state;
    insert into raw._capture_state (slot_name, source_identity, applied_pos, applied_committed_at, snapshot_pos) values ('t', 't', 1000, '2011-01-01', 1000)`);
  rmSync(join(folder, "objects"), { recursive: true, force: true });
  store = createFileStore({ dir: join(folder, "objects") });
  deps = { warehouse: loader, store, sources: (await readSources()).filter(({ name }) => name === "marketplace"), clock: wallClock, log: silentLog };
});

const put = (name: string, body: Uint8Array | string) => store.put(`sources/marketplace/${name}`, Buffer.from(body), { contentType: "application/octet-stream" });
async function putAll(): Promise<void> {
  for (const name of readdirSync(join(folder, "export"))) await put(name, readFileSync(join(folder, "export", name)));
}
const rows = async <T extends Record<string, unknown>>(sql: string) => (await owner.raw<T>(sql)).rows;
const current = (table: string) => `(select * from raw.marketplace__${table} where _to_pos is null and _op <> 'd') t`;

test("the generator gives the same bytes for the same seed, and others for another", () => {
  const bytes = (seed: number) => Buffer.concat([...generateMarketplace({ ...OPTIONS, seed }).files.values()]).toString("base64");
  expect(bytes(7)).toBe(bytes(7));
  expect(bytes(8)).not.toBe(bytes(7));
});

describe("an export of another shop", () => {
  test("is in raw to the cent: every table, whatever format its files have", async () => {
    await putAll();
    const reports = await ingestFiles(deps);
    expect(reports.filter(({ state }) => state !== "LOADED")).toEqual([]);
    expect(reports).toHaveLength(3 + 2 * OPTIONS.months);
    const { totals } = made;
    expect(await rows(`select count(*)::int as n from ${current("orders")}`)).toEqual([{ n: totals.orders }]);
    expect(await rows(`select count(*)::int as n from ${current("order_lines")}`)).toEqual([{ n: totals.lines }]);
    const sums = async (sql: string) => new Map((await rows<{ currency: string; cents: string }>(sql)).map(({ currency, cents }) => [currency, BigInt(cents)]));
    expect(await sums(`select currency, (sum(total) * 100)::bigint::text as cents from ${current("orders")} group by 1`)).toEqual(totals.revenue);
    expect(await sums(`select currency, (sum(amount) * 100)::bigint::text as cents from ${current("refunds")} group by 1`)).toEqual(totals.refunds);
    expect(await sums(`select o.currency, (sum(l.quantity * l.unit_price) * 100 + (select sum(x.shipping) * 100 from ${current("orders").replace(" t", " x")} where x.currency = o.currency))::bigint::text as cents
      from ${current("orders").replace(" t", " o")} join ${current("order_lines").replace(" t", " l")} using (order_no) group by 1`)).toEqual(totals.revenue);
    // names and zones: Berlin's noon is eleven o'clock, umlauts are umlauts, addresses are hashes
    expect(await rows(`select count(*)::int as n from ${current("orders")} where state not in ('PAID', 'SHIPPED', 'DELIVERED', 'CANCELLED')`)).toEqual([{ n: 0 }]);
    expect(await rows(`select bool_or(category = 'Küche') as kitchen from ${current("articles")}`)).toEqual([{ kitchen: true }]);
    expect(await rows(`select count(*)::int as n from ${current("customers")} where email_sha256 !~ '^[0-9a-f]{64}$'`)).toEqual([{ n: 0 }]);
    expect(await rows("select applied_pos::int as pos from raw._capture_state")).toEqual([{ pos: 1001 }]);
  });

  test("is taken once: the same files change nothing, nor do the same bytes put there again", async () => {
    await putAll();
    await ingestFiles(deps);
    expect(await ingestFiles(deps)).toEqual([]);
    await putAll();
    expect(await ingestFiles(deps)).toEqual([]);
    expect(await rows("select applied_pos::int as pos from raw._capture_state")).toEqual([{ pos: 1001 }]);
  });

  test("grows: a month's file that comes again with other states brings versions of those orders alone", async () => {
    await putAll();
    await ingestFiles(deps);
    const before = readFileSync(join(folder, "export/bestellungen-2011-02.csv"), "latin1");
    const line = before.split("\r\n").findIndex((text) => text.includes(";bezahlt;"));
    await put("bestellungen-2011-02.csv", Buffer.from(before.split("\r\n").map((text, index) => (index === line ? text.replace(";bezahlt;", ";zugestellt;") : text)).join("\r\n"), "latin1"));
    const [report, ...others] = await ingestFiles(deps);
    expect([report?.written, report?.rows, others]).toEqual([1, OPTIONS.ordersPerMonth, []]);
    expect(await rows(`select state, _from_pos::int as pos, _to_pos::int as until from raw.marketplace__orders where order_no = '${before.split("\r\n")[line]?.split(";")[0]}' order by 2`)).toEqual([
      { state: "PAID", pos: 1001, until: 1002 }, { state: "DELIVERED", pos: 1002, until: null },
    ]);
  });

  test("forgets what a whole table's file has no more, and nothing that a month's file does not speak of", async () => {
    await putAll();
    await ingestFiles(deps);
    const lines = readFileSync(join(folder, "export/kunden.csv"), "latin1").split("\r\n");
    await put("kunden.csv", Buffer.from([lines[0], ...lines.slice(2)].join("\r\n"), "latin1"));
    await put("bestellungen-2011-04.csv", Buffer.from(readFileSync(join(folder, "export/bestellungen-2011-01.csv"), "latin1").split("\r\n").slice(0, 1).join("\r\n"), "latin1"));
    await ingestFiles(deps);
    expect(await rows(`select count(*)::int as n from ${current("customers")}`)).toEqual([{ n: made.totals.customers - 1 }]);
    expect(await rows(`select count(*)::int as n from ${current("orders")}`)).toEqual([{ n: made.totals.orders }]);
  });
});

describe("bad rows", () => {
  const HEADER = "Bestellnummer;Kundennummer;Bestelldatum;Status;Währung;Lieferland;Versandkosten;Gesamtbetrag";
  const good = (n: number) => `B-1105-${String(n).padStart(5, "0")};K000001;03.05.2011 10:00;bezahlt;EUR;DE;4,95;1.234,56`;
  const orders = (...lines: string[]) => Buffer.from([HEADER, ...lines].join("\r\n"), "latin1");
  const twenty = Array.from({ length: 20 }, (_, index) => good(index + 1));
  const quarantine = async () => (await owner.many(listQuarantine, [null, true, 100])).map(({ line, field, reason, state }) => ({ line: Number(line), field, reason, state }));

  test("wait with their line, column and reason, without what stood in them; the rest of the file is loaded", async () => {
    await put("bestellungen-2011-05.csv", orders(...twenty, good(21).replace("bezahlt", "in Prüfung"), good(22).replace("1.234,56", "12.34,56")));
    const [report] = await ingestFiles(deps);
    expect(report).toMatchObject({ state: "LOADED", rows: 22, written: 20, quarantined: 2 });
    expect(await quarantine()).toEqual([
      { line: 22, field: "state", reason: "the value does not stand in the lookup table", state: "OPEN" },
      { line: 23, field: "total", reason: "the thousands of this number are not grouped by three digits", state: "OPEN" },
    ]);
    expect(JSON.stringify(await rows("select q::text from raw._quarantine q"))).not.toContain("Prüfung");
  });

  test("are taken in again from their file once the mapping knows what they say", async () => {
    await put("bestellungen-2011-05.csv", orders(...twenty, good(21).replace("bezahlt", "in Prüfung"), good(22).replace("1.234,56", "12.34,56")));
    await ingestFiles(deps);
    const text = readFileSync(new URL("../../warehouse/sources/mappings/marketplace.yml", import.meta.url), "utf8").replace("bezahlt: PAID", "bezahlt: PAID, in prüfung: PLACED");
    const mended = readSource(text);
    if (!mended.ok) throw new Error(mended.error[0]?.message);
    expect(await retryQuarantine({ ...deps, sources: [mended.value] })).toMatchObject([{ file: "bestellungen-2011-05.csv", repaired: 1, superseded: 0, stillBad: 1, problem: null }]);
    expect((await quarantine()).map(({ state }) => state)).toEqual(["REPAIRED", "OPEN"]);
    expect(await rows(`select state, _from_pos::int as pos from ${current("orders")} where order_no = 'B-1105-00021'`)).toEqual([{ state: "PLACED", pos: 1002 }]);
  });

  test("are settled by a later file that brings their key, and never undo what a newer file said", async () => {
    await put("bestellungen-2011-05.csv", orders(...twenty, good(21).replace("bezahlt", "in Prüfung")));
    await ingestFiles(deps);
    await put("bestellungen-2011-06.csv", orders(good(21)));
    await ingestFiles(deps);
    expect((await quarantine()).map(({ state }) => state)).toEqual(["REPAIRED"]);
    await owner.raw("update raw._quarantine set state = 'OPEN', closed_at = null");
    const text = readFileSync(new URL("../../warehouse/sources/mappings/marketplace.yml", import.meta.url), "utf8").replace("bezahlt: PAID", "bezahlt: PAID, in prüfung: PLACED");
    const mended = readSource(text);
    if (!mended.ok) throw new Error(mended.error[0]?.message);
    expect(await retryQuarantine({ ...deps, sources: [mended.value] })).toMatchObject([{ repaired: 0, superseded: 1, stillBad: 0 }]);
    expect(await rows(`select state from ${current("orders")} where order_no = 'B-1105-00021'`)).toEqual([{ state: "PAID" }]);
  });

  test("of which a file has too many hold the whole file back, until somebody accepts it", async () => {
    await put("bestellungen-2011-05.csv", orders(...twenty.map((line, index) => (index < 3 ? line.replace("EUR", "Taler") : line))));
    const [held] = await ingestFiles(deps);
    expect(held).toMatchObject({ state: "HELD", written: 0, quarantined: 3, problem: expect.stringContaining("3 of 20 rows are bad, more than the 10 %") });
    expect(await rows(`select count(*)::int as n from ${current("orders")}`)).toEqual([{ n: 0 }]);
    expect(await ingestFiles(deps)).toEqual([]);
    expect(await ingestFiles(deps, { accept: new Set(["bestellungen-2011-05.csv"]) })).toMatchObject([{ state: "LOADED", written: 17, quarantined: 3 }]);
  });

  test("of a file that was held wait no longer once the mapping understands them and the file is taken", async () => {
    await put("bestellungen-2011-05.csv", orders(...twenty.map((line, index) => (index < 3 ? line.replace("EUR", "Taler") : index < 6 ? line.replace("EUR", "Mark") : line))));
    expect(await ingestFiles(deps)).toMatchObject([{ state: "HELD", quarantined: 6 }]);
    const text = readFileSync(new URL("../../warehouse/sources/mappings/marketplace.yml", import.meta.url), "utf8").replace(`currencies: { "EUR": EUR,`, `currencies: { "EUR": EUR, Taler: EUR,`);
    const mended = readSource(text);
    if (!mended.ok) throw new Error(mended.error[0]?.message);
    const tolerant = { ...mended.value, tables: mended.value.tables.map((table) => ({ ...table, tolerate: 0.2 })) };
    expect(await ingestFiles({ ...deps, sources: [tolerant] })).toMatchObject([{ state: "LOADED", written: 17, quarantined: 3 }]);
    expect((await quarantine()).map(({ line, state }) => `${line} ${state}`)).toEqual(["2 REPAIRED", "3 REPAIRED", "4 REPAIRED", "5 OPEN", "6 OPEN", "7 OPEN"]);
  });

  test("with a key that the file has already are kept out: which of them is meant nobody can say", async () => {
    await put("bestellungen-2011-05.csv", orders(...twenty, good(3)));
    expect(await ingestFiles(deps)).toMatchObject([{ written: 20, quarantined: 1 }]);
    expect(await quarantine()).toMatchObject([{ line: 22, reason: "its key stands in line 4 of the file already" }]);
  });
});

describe("files that cannot be taken", () => {
  test.each([
    ["another encoding", "kunden.csv", Buffer.from("Kundennummer;E-Mail\r\n\u0000", "utf16le"), /NUL|lacks the column/],
    ["a column less", "kunden.csv", Buffer.from("Kundennummer;E-Mail;Land\r\nK000001;a@b.example;DE", "latin1"), /lacks the column "Registriert am"/],
    ["an empty file", "kunden.csv", Buffer.alloc(0), /empty/],
    ["no Parquet", "erstattungen.parquet", Buffer.from("PAR1 not really"), /no Parquet/],
    ["a name that no object may have, of a file that was laid there by hand", "bestellungen-März.csv", Buffer.from("x"), /its name holds more than lower-case letters/],
  ])("%s: refused with what is wrong, and the next file is taken all the same", async (_what, name, bytes, problem) => {
    await put("artikel.jsonl", readFileSync(join(folder, "export/artikel.jsonl")));
    writeFileSync(join(folder, "objects/sources/marketplace", name), bytes);
    const reports = await ingestFiles(deps);
    expect(reports.map(({ file, state }) => `${file} ${state}`).toSorted()).toEqual(["artikel.jsonl LOADED", `${name} REFUSED`].toSorted());
    expect(reports.find(({ state }) => state === "REFUSED")?.problem).toMatch(problem);
    expect(await ingestFiles(deps)).toEqual([]);
    expect((await owner.many(listFiles, [null, 10])).map(({ state }) => state).toSorted()).toEqual(["LOADED", "REFUSED"]);
  });

  test("wait until the shop was captured", async () => {
    await owner.raw("delete from raw._capture_state");
    await putAll();
    await expect(ingestFiles(deps)).rejects.toThrow(NothingCaptured);
  });
});

describe("a mapping", () => {
  const base = readFileSync(new URL("../../warehouse/sources/mappings/marketplace.yml", import.meta.url), "utf8");
  test.each([
    ["a person in clear", ["email_sha256:", "email:"], /kept as|personal: hash|none/],
    ["a key that is no column", ["key: [order_no, position]", "key: [order_no, place]"], /there is no column "place"/],
    ["a lookup that is not there", ["{ lookup: states }", "{ lookup: zustand }"], /no table "zustand"/],
    ["a schema of the shop for a name", ["name: marketplace", "name: orders"], /schema of the shop/],
    ["a word that is none", ["mode: snapshot", "mode: replace"], /mode/],
    ["bounds of a text", ["value: Kundennummer, matches: \"^K[0-9]{6}$\"", "value: Kundennummer, min: 1"], /bound numbers/],
  ])("is refused with its line: %s", (_what, [from = "", to = ""], message) => {
    const text = base.replace(from, to).replace(", personal: hash", from.startsWith("email") ? "" : ", personal: hash");
    expect(text).not.toBe(base);
    const read = readSource(text);
    expect(read.ok).toBe(false);
    if (!read.ok) {
      expect(read.error.map((problem) => `${problem.path} ${problem.message}`).join("; ")).toMatch(message);
      expect(read.error[0]?.line).toBeGreaterThan(0);
    }
  });
});
