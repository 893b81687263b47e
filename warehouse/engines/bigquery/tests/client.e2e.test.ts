import { Readable } from "node:stream";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type BigQueryClient, openBigQuery } from "../client.ts";
import type { Emulator } from "../gates/emulator.ts";
import { emulatorFor } from "./emulatorFor.ts";

const { missing, start: startEmulator } = await emulatorFor("The execution gate does not run");

describe.skipIf(missing)("the client, on an emulator", { timeout: 120_000 }, () => {
  let emulator: Emulator;
  let client: BigQueryClient;
  beforeAll(async () => {
    emulator = await startEmulator();
    client = openBigQuery({ project: emulator.project, datasetPrefix: "shop", location: "US", endpoint: emulator.endpoint });
    await client.makeDataset(client.dataset("raw"));
  }, 90_000);
  afterAll(async () => {
    await emulator?.[Symbol.asyncDispose]();
  });
  const rowsOf = async (sql: string) => Array.fromAsync(client.rows(sql));
  const schema = [{ name: "id", type: "STRING" }, { name: "total", type: "NUMERIC" }, { name: "at", type: "TIMESTAMP" }, { name: "tags", type: "STRING", mode: "REPEATED" as const }];
  const document = (id: string) => `${JSON.stringify({ id, total: "12345678901234567.123456789", at: "2026-01-01T00:00:00.000001Z", tags: ["ü", "b\nc"] })}\n`;

  test("a load keeps every digit, microsecond and list, and a job of the same id is not run again", async () => {
    const options = { jobId: "load_1", replace: false, schema };
    expect(await client.load("shop_raw", "orders", () => Readable.from([document("a"), document("b")]), options)).toEqual({ rows: 2, repeated: false });
    expect(await client.load("shop_raw", "orders", () => Readable.from([document("c")]), options)).toEqual({ rows: 2, repeated: true });
    expect(await rowsOf("select id, total, unix_micros(at) as at, tags from `proof`.`shop_raw`.`orders` order by id")).toEqual(
      ["a", "b"].map((id) => ({ id, total: "12345678901234567.123456789", at: "1767225600000001", tags: ["ü", "b\nc"] })));
    expect(await client.tables("shop_raw")).toEqual(["orders"]);
    expect(await client.tables("shop_nothing")).toEqual([]);
  });

  test("a statement of the same id changes rows once", async () => {
    await client.run("create table `proof`.`shop_raw`.`counted` (n int64)");
    for (let time = 0; time < 2; time += 1) await client.run("insert into `proof`.`shop_raw`.`counted` values (1)", { jobId: "insert_1" });
    expect(await rowsOf("select count(*) as n from `proof`.`shop_raw`.`counted`")).toEqual([{ n: "1" }]);
  });

  test("a refusal names BigQuery's reason; making what is there is no fault", async () => {
    await expect(client.run("select nothing from `proof`.`shop_raw`.`nothing`")).rejects.toMatchObject({ name: "BigQueryError", reason: "notFound" });
    await client.makeDataset("shop_raw");
  });
});
