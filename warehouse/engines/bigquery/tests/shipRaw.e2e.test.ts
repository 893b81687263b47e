import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Database } from "#platform/db/database.ts";
import { useTestDatabases } from "#platform/testing/testDatabase.ts";
import { createRawTable, indexRawTable, type RawTable } from "../../postgres/rawTables.ts";
import { type BigQueryClient, openBigQuery } from "../client.ts";
import type { Emulator } from "../gates/emulator.ts";
import { emulatorFor } from "./emulatorFor.ts";
import { shipRaw } from "../shipRaw.ts";

const { missing, start: startEmulator } = await emulatorFor("Shipping raw to BigQuery is not tested");

const column = (name: string, type: string, isKey = false) => ({ name, type, isKey });
const ORDERS: RawTable = { rawTable: "orders__orders", columns: [column("id", "uuid", true), column("number", "text"), column("total", "numeric"), column("tags", "text[]"), column("placed_at", "timestamp with time zone")] };
const USERS: RawTable = { rawTable: "users__users", columns: [column("id", "uuid", true), column("email", "text")] };
const order = (n: number) => `00000000-0000-7000-8000-${String(n).padStart(12, "0")}`;

describe.skipIf(missing)("raw is shipped to BigQuery", { timeout: 180_000 }, () => {
  const databases = useTestDatabases({ warehouse: true });
  let emulator: Emulator;
  let client: BigQueryClient;
  let warehouse: Database;
  let loader: Database;
  beforeAll(async () => {
    emulator = await startEmulator();
    client = openBigQuery({ project: emulator.project, datasetPrefix: "ship", location: "US", endpoint: emulator.endpoint });
    warehouse = Database.open(databases.warehouse.as("martgraph_builder"));
    loader = Database.open(databases.warehouse.as("martgraph_loader"));
    for (const table of [ORDERS, USERS]) {
      await loader.tx(async (tx) => {
        await createRawTable(tx, table);
        await indexRawTable(tx, table);
      });
      const [schema, name] = table.rawTable.split("__");
      await loader.raw("insert into raw._tables (raw_table, source_schema, source_table, copied_pos) values ($1, $2, $3, 1)", [table.rawTable, schema, name]);
      for (const [ordinal, { name: columnName, type, isKey }] of table.columns.entries()) await loader.raw("insert into raw._schema (raw_table, column_name, type, ordinal, is_key) values ($1, $2, $3, $4, $5)", [table.rawTable, columnName, type, ordinal, isKey]);
    }
  }, 120_000);
  afterAll(async () => {
    await loader?.close();
    await warehouse?.close();
    await emulator?.[Symbol.asyncDispose]();
  });

  const add = (n: number, pos: number, total: string, op = "c") => loader.raw(
    "insert into raw.orders__orders (id, number, total, tags, placed_at, _op, _from_pos, _committed_at) values ($1, $2, $3::numeric, '{a,ü}', '2026-01-01T00:00:00.000001Z', $4, $5, '2026-01-01')", [order(n), `N${n}`, total, op, pos]);
  const end = (n: number, pos: number) => loader.raw("update raw.orders__orders set _to_pos = $2 where id = $1 and _to_pos is null", [order(n), pos]);
  const ship = (upTo: bigint, by: BigQueryClient = client) => shipRaw({ warehouse, client: by, upTo });
  const versions = async () => (await Array.fromAsync(client.rows("select number, total, _from_pos, _to_pos from `proof`.`ship_raw`.`orders__orders` order by number, _from_pos"))).map((row) => Object.values(row).join(" "));
  const dying = (method: "run" | "load"): BigQueryClient => ({ ...client, [method]: () => Promise.reject(new Error("killed")) });
  /** As a process leaves it that was killed before it could note what it had shipped. */
  const forgetWhatWasNoted = (pos: number) => warehouse.raw("update ops.shipped_raw set shipped_pos = $1", [pos]);

  test("a copy from nothing holds every version up to the cut, as it stood there; the same again ships nothing", async () => {
    await add(1, 5, "10.50");
    await add(2, 6, "0.000000001");
    await end(1, 15);
    await add(1, 15, "11.50", "u");
    expect(await ship(10n)).toEqual({ rowsByTable: { orders__orders: 2, users__users: 0 }, full: ["orders__orders", "users__users"] });
    expect(await versions()).toEqual(["N1 10.5 5 ", "N2 0.000000001 6 "]);
    expect(await ship(10n)).toEqual({ rowsByTable: {}, full: [] });
    await warehouse.raw("delete from ops.shipped_raw");
    await ship(10n);
    expect(await versions()).toHaveLength(2);
  });

  test.each([["before the load", "load"], ["between the load and the merge", "run"]] as const)("a shipment that is killed %s is made again, and each version is there once", async (_when, method) => {
    const after = method === "load" ? 20 : 30;
    await add(after, after - 2, "1");
    await end(2, after - 1);
    await add(2, after - 1, String(after), "u");
    const before = await versions();
    await expect(ship(BigInt(after), dying(method))).rejects.toThrow("killed");
    expect(await versions()).toEqual(before);
    await ship(BigInt(after));
    const { rows } = await loader.raw<{ n: bigint }>("select count(*) as n from raw.orders__orders where _from_pos <= $1", [after]);
    expect(await versions()).toHaveLength(Number(rows[0]?.n));
    expect(await versions()).toContain(`N2 ${after} ${after - 1} `);
  });

  test("killed after the merge, before it was noted: again, and each version is there once", async () => {
    await end(1, 38);
    await add(1, 38, "12.50", "u");
    await ship(40n);
    const shipped = await versions();
    await forgetWhatWasNoted(30);
    await ship(40n);
    expect(await versions()).toEqual(shipped);
    expect(new Set(shipped).size).toBe(shipped.length);
    expect(shipped.filter((version) => version.startsWith("N1 "))).toEqual(["N1 10.5 5 15", "N1 11.5 15 38", "N1 12.5 38 "]);
  });

  test("nothing changed: no job runs, and the position moves", async () => {
    expect(await ship(50n)).toEqual({ rowsByTable: {}, full: [] });
    expect((await warehouse.raw("select distinct shipped_pos from ops.shipped_raw")).rows).toEqual([{ shipped_pos: 50n }]);
  });

  test("a person was erased: the table is copied anew, and what it held of them is gone", async () => {
    await loader.raw("insert into raw.users__users (id, email, _op, _from_pos, _committed_at) values ($1, 'ada@example.test', 'c', 55, '2026-01-01')", [order(1)]);
    await ship(60n);
    await loader.raw("update raw.users__users set email = null");
    await loader.raw("insert into raw._erasures (user_hash, erased_at, applied_pos) values ('x', '2026-01-02', 61)");
    expect((await ship(62n)).full).toContain("users__users");
    expect(await Array.fromAsync(client.rows("select email from `proof`.`ship_raw`.`users__users`"))).toEqual([{ email: null }]);
  });
});
