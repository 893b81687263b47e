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
import { createCapture } from "#warehouse/load/capture.ts";
import type { Capture } from "#warehouse/load/captureTypes.ts";
import { createDbt, type Dbt } from "#warehouse/tools/dbt.ts";
import { dbtEnvironment } from "#warehouse/tools/dbtProfile.ts";
import { slotChecksums, standAt } from "#warehouse/tools/tests/rawFixture.ts";
import { type PythonWorker, startPythonWorker } from "#warehouse/tools/worker.ts";
import { emulatorFor } from "#warehouse/engines/bigquery/tests/emulatorFor.ts";
import { type OtherEngine, type ParityProof, startOtherEngine } from "#warehouse/engines/bigquery/proveParity.ts";
import { addAnotherDay, addControlRows, addEveryKind } from "#warehouse/engines/bigquery/tests/everyKind.ts";

const { missing, python } = await emulatorFor("The two engines are not compared");

/** The emulator takes seconds for a table: versions, shares, money in several currencies, days and runs here, every mart and feature in a proof. */
const MODELS = proofMode() ? undefined : ["dim_vendors", "snap_vendors", "fct_gift_card_movements", "fct_pipeline_runs"];
const TODAY = "2026-09-01T08:00:00Z";
const TOMORROW = "2026-09-02T00:00:00Z";

describe.skipIf(missing)("PostgreSQL and BigQuery", { timeout: 1_800_000 }, () => {
  const databases = useTestDatabases({ shop: true, warehouse: true });
  let shop: Database;
  let builder: Database;
  let capture: Capture;
  let worker: PythonWorker;
  let dbt: Dbt;
  let stateDir: string;
  let other: OtherEngine;
  let complete = 0;
  beforeAll(async () => {
    shop = Database.open(databases.shop.config);
    builder = Database.open(databases.warehouse.as("martgraph_builder"));
    stateDir = await mkdtemp(join(tmpdir(), "martgraph-parity-"));
    await fillGenerated({ db: shop, seed: 7, size: "tiny", until: new Date("2026-09-01T00:00:00Z") });
    await addEveryKind(shop);
    capture = createCapture({ source: databases.shop.as("martgraph_capture"), sink: databases.warehouse.as("martgraph_loader"), slotName: `parity_${randomUUID().slice(0, 8)}`, log: silentLog });
    await capture.catchUp();
    const owner = Database.open(databases.warehouse.config);
    await addControlRows(owner);
    await owner.close();
    const connection = databases.warehouse.as("martgraph_builder");
    worker = startPythonWorker({ log: silentLog, env: dbtEnvironment(connection) });
    dbt = createDbt({ worker, connection, stateDir: join(stateDir, "postgres") });
    other = await startOtherEngine({ warehouse: builder, python, slot: "a", ...(MODELS ? { models: MODELS } : {}), controlStoodStill: true, stateDir: join(stateDir, "bigquery"), log: silentLog });
  }, 300_000);
  afterAll(async () => {
    await other?.[Symbol.asyncDispose]();
    await worker?.close();
    await capture?.close();
    await builder?.close();
    await shop?.close();
    if (stateDir) await rm(stateDir, { recursive: true, force: true });
  });

  /** Builds a slot in PostgreSQL at what has been captured. */
  async function build(slot: "a" | "b", businessAsOf: string, fullRefresh: boolean): Promise<void> {
    const { rows } = await builder.raw<{ pos: bigint }>("select applied_pos as pos from raw._capture_state");
    await standAt(builder, slot, { cut: Number(rows[0]?.pos), complete: fullRefresh ? 0 : complete, businessAsOf });
    const built = await dbt.build({ slot, fullRefresh, ...(MODELS ? { select: MODELS.map((model) => `+${model}`) } : {}), exclude: ["resource_type:test"] });
    expect(built.ok ? "built" : built.reason).toBe("built");
    complete = Number(rows[0]?.pos);
  }

  function expectEqual(proof: ParityProof, what: string): void {
    console.log(`${what}: ${proof.tables.length} tables, ${proof.rows} rows, ${proof.differing} differ; ${proof.shipped.rows} versions of ${proof.shipped.tables} tables shipped`, proof.seconds);
    expect(proof.tables.filter(({ differing }) => differing > 0).map(({ table, differing, differences }) => ({ table, differing, differences: differences.slice(0, 5) }))).toEqual([]);
    expect(proof.equal).toBe(true);
    expect(proof.left).toEqual([]);
    // Tables that hold nothing are equal for free.
    expect(proof.tables.filter(({ rows }) => rows.postgres === 0).map(({ table }) => table)).toEqual([]);
  }

  test("build the same marts and features from the same versions, row for row", async () => {
    await build("a", TODAY, true);
    const proof = await other.follow({ fullRefresh: true });
    expectEqual(proof, "from nothing");
    if (MODELS) expect(new Set(proof.tables.map(({ table }) => table.split(".")[1]))).toEqual(new Set(MODELS));
    else expect(proof.tables.length).toBeGreaterThanOrEqual(70);
  });

  test("an increment of both, over a day that changed, moved and took away things of before, is a build from nothing", async () => {
    await addAnotherDay(shop);
    await capture.catchUp();
    await build("a", TOMORROW, false);
    const proof = await other.follow({ fullRefresh: false });
    expectEqual(proof, "after another day");
    expect(proof.shipped.rows).toBeGreaterThan(0);
    if (!proofMode()) return;
    await build("b", TOMORROW, true);
    expect(await slotChecksums(builder, "a")).toEqual(await slotChecksums(builder, "b"));
  });
});
