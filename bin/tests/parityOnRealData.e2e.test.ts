import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parityData, proofMode } from "#platform/config.ts";
import { Database } from "#platform/db/database.ts";
import { silentLog } from "#platform/log.ts";
import { useTestDatabases } from "#platform/testing/testDatabase.ts";
import { importOnlineRetail } from "#shopdata/onlineRetail/importOnlineRetail.ts";
import { findEmulator } from "#warehouse/engines/bigquery/gates/emulator.ts";
import { proveParity } from "#warehouse/engines/bigquery/proveParity.ts";
import { createCapture } from "#warehouse/load/capture.ts";
import { createDbt } from "#warehouse/tools/dbt.ts";
import { dbtEnvironment } from "#warehouse/tools/dbtProfile.ts";
import { standAt } from "#warehouse/tools/tests/rawFixture.ts";
import { startPythonWorker } from "#warehouse/tools/worker.ts";

const path = parityData();
const databases = useTestDatabases({ shop: true, warehouse: true });
/** What revenue and customers are counted from, and what recommendations learn; everything in a proof. */
const MODELS = proofMode() ? undefined : ["fct_orders", "fct_order_lines", "fct_refunds", "agg_daily_sales", "rpt_customer_rfm", "user_item_interactions"];
const DAY_BEHIND_THE_FILES = "2011-12-10T00:00:00Z";

test("both engines make the same of the shop's real lines", { timeout: 7_200_000 }, async ({ skip }) => {
  if (path === undefined) return skip("MARTGRAPH_PARITY_DATA names no file or folder of Online Retail II; with one, this takes minutes for a quarter of a year");
  const found = await findEmulator();
  if ("missing" in found) return skip(found.missing);
  await using shop = Database.open(databases.shop.config);
  await using builder = Database.open(databases.warehouse.as("martgraph_builder"));
  const stateDir = await mkdtemp(join(tmpdir(), "martgraph-parity-"));
  const connection = databases.warehouse.as("martgraph_builder");
  const worker = startPythonWorker({ log: silentLog, env: dbtEnvironment(connection) });
  const capture = createCapture({ source: databases.shop.as("martgraph_capture"), sink: databases.warehouse.as("martgraph_loader"), slotName: `parity_${randomUUID().slice(0, 8)}`, log: silentLog });
  try {
    const { linesLoaded } = await importOnlineRetail({ db: shop, path, seed: 1 });
    await capture.catchUp();
    const { rows: [at] } = await builder.raw<{ pos: bigint }>("select applied_pos as pos from raw._capture_state");
    await standAt(builder, "a", { cut: Number(at?.pos), complete: 0, businessAsOf: DAY_BEHIND_THE_FILES });
    const built = await createDbt({ worker, connection, stateDir: join(stateDir, "postgres") }).build({ slot: "a", fullRefresh: true, ...(MODELS ? { select: MODELS.map((model) => `+${model}`) } : {}), exclude: ["resource_type:test"] });
    expect(built.ok ? "built" : built.reason).toBe("built");
    let peak = 0;
    const watch = setInterval(() => { peak = Math.max(peak, process.memoryUsage().rss); }, 100);
    const proof = await proveParity({ warehouse: builder, python: found.python, slot: "a", ...(MODELS ? { models: MODELS } : {}), controlStoodStill: true, stateDir: join(stateDir, "bigquery"), log: silentLog });
    clearInterval(watch);
    console.log(`${linesLoaded} real lines, ${proof.shipped.rows} versions shipped; ${proof.tables.length} tables, ${proof.rows} rows, ${proof.differing} differ; ${Math.round(peak / 1e6)} MB at most in this process`, proof.seconds, Object.fromEntries(proof.tables.map(({ table, rows }) => [table, rows.postgres])));
    expect(proof.tables.filter(({ differing }) => differing > 0).map(({ table, differing, differences }) => ({ table, differing, differences: differences.slice(0, 5) }))).toEqual([]);
    expect(proof.equal).toBe(true);
  } finally {
    await capture.close();
    await worker.close();
    await rm(stateDir, { recursive: true, force: true });
  }
});
