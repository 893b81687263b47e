import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { proofMode } from "#platform/config.ts";
import { Database } from "#platform/db/database.ts";
import { silentLog } from "#platform/log.ts";
import { useTestDatabases } from "#platform/testing/testDatabase.ts";
import { fillGenerated } from "#shopdata/generated/fillGenerated.ts";
import { createCapture } from "../../../load/capture.ts";
import { createDbt } from "../../../tools/dbt.ts";
import { dbtEnvironment } from "../../../tools/dbtProfile.ts";
import { standAt } from "../../../tools/tests/rawFixture.ts";
import { startPythonWorker } from "../../../tools/worker.ts";
import { findEmulator } from "../gates/emulator.ts";
import { proveParity } from "../proveParity.ts";

const found = await findEmulator();
const missing = "missing" in found ? found.missing : undefined;
if (missing) console.warn(`The two engines are not compared: ${missing}`);

/** The emulator takes seconds for a table: shares, versions and days here, money, refunds and first rows with them in a proof. */
const MODELS = ["dim_vendors", "snap_vendors", ...(proofMode() ? ["agg_daily_shop", "agg_daily_category"] : [])];

describe.skipIf(missing)("PostgreSQL and BigQuery", { timeout: 900_000 }, () => {
  const databases = useTestDatabases({ shop: true, warehouse: true });
  let builder: Database;
  let stateDir: string;
  beforeAll(async () => {
    builder = Database.open(databases.warehouse.as("martgraph_builder"));
    stateDir = await mkdtemp(join(tmpdir(), "martgraph-parity-"));
    const shop = Database.open(databases.shop.config);
    await fillGenerated({ db: shop, seed: 7, size: "tiny", until: new Date("2026-09-01T00:00:00Z") });
    await shop.close();
    const capture = createCapture({ source: databases.shop.as("martgraph_capture"), sink: databases.warehouse.as("martgraph_loader"), slotName: `parity_${randomUUID().slice(0, 8)}`, log: silentLog });
    await capture.catchUp();
    await capture.close();
    const { rows } = await builder.raw<{ pos: bigint }>("select applied_pos as pos from raw._capture_state");
    await standAt(builder, "a", { cut: Number(rows[0]?.pos), complete: 0, businessAsOf: "2026-09-01T08:00:00Z" });
    const connection = databases.warehouse.as("martgraph_builder");
    const worker = startPythonWorker({ log: silentLog, env: dbtEnvironment(connection) });
    try {
      const built = await createDbt({ worker, connection, stateDir: join(stateDir, "postgres") }).build({ slot: "a", fullRefresh: true, select: MODELS.map((model) => `+${model}`), exclude: ["resource_type:test"] });
      expect(built.ok ? "built" : built.reason).toBe("built");
    } finally {
      await worker.close();
    }
  }, 600_000);
  afterAll(async () => {
    await builder?.close();
    if (stateDir) await rm(stateDir, { recursive: true, force: true });
  });
  const prove = () => proveParity({ warehouse: builder, python: "python" in found ? found.python : "", slot: "a", models: MODELS, stateDir: join(stateDir, "bigquery"), log: silentLog });

  test("build the same marts and features from the same versions, row for row", async () => {
    const proof = await prove();
    console.log(`${proof.tables.length} tables, ${proof.rows} rows, ${proof.shipped.rows} versions of ${proof.shipped.tables} tables shipped`, proof.seconds);
    expect(proof.tables.filter(({ differing }) => differing > 0).map(({ table, differing, differences }) => ({ table, differing, differences: differences.slice(0, 5) }))).toEqual([]);
    expect(proof.equal).toBe(true);
    expect(proof.tables.map(({ table }) => table.split(".")[1]).sort()).toEqual([...MODELS].sort());
    expect(proof.left).toEqual([]);
    // Tables that hold nothing are equal for free: most have to hold something.
    expect(proof.tables.filter(({ rows }) => rows.postgres === 0).map(({ table }) => table)).toEqual([]);
    expect((await builder.raw("select * from ops.shipping_target")).rows).toEqual([]);
  });
});
