import { randomUUID } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import type { Database } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";
import type { Log } from "#platform/log.ts";
import { createDbt } from "../../tools/dbt.ts";
import { type Manifest, type ManifestNode, modelsOf } from "../../tools/manifest.ts";
import { startPythonWorker } from "../../tools/worker.ts";
import { type BigQueryClient, openBigQuery } from "./client.ts";
import { controlTables, dbtOnBigQuery } from "./dbtOnBigQuery.ts";
import { startEmulator } from "./gates/emulator.ts";
import { compareEngines, sourcesOf, type ParityReport, type TableParity } from "./parity.ts";
import type { Shipment } from "./shipRaw.ts";
import { forgetTarget } from "./shipStatements.ts";

/** The two engines could not be compared; the message says why. */
export class ParityError extends Error {
  override readonly name = "ParityError";
}

export interface ParityRequest {
  /** Logs in as martgraph_builder. */
  warehouse: Database;
  /** The emulator's Python. */
  python: string;
  /** The slot that PostgreSQL has built. */
  slot: "a" | "b";
  /** Builds and compares these models and what they read; everything where not given. */
  models?: readonly string[];
  /** Nobody has written to the control plane since PostgreSQL built the slot: what reads its runs and predictions is compared as well. */
  controlStoodStill?: boolean;
  /** Where dbt's state for the other engine lies while it builds; removed. */
  stateDir: string;
  log: Log;
  signal?: AbortSignal;
  onShipped?: (shipment: Shipment, seconds: number) => void;
  onNode?: (node: { node: string; status: string; seconds: number }) => void;
  onTable?: (table: TableParity) => void;
}

export interface ParityProof extends ParityReport {
  shipped: { tables: number; rows: number };
  models: number;
  seconds: { ship: number; build: number; compare: number };
}

/** The other engine, empty at first, which builds after PostgreSQL what PostgreSQL has built. */
export interface OtherEngine extends AsyncDisposable {
  readonly client: BigQueryClient;
  /**
   * Builds from raw as it is at the slot's cut, from nothing or as an increment of what was built here before, and compares every mart
   * and feature with what PostgreSQL has in the slot.
   * @throws ParityError when the other engine cannot build, or when the slot was built anew meanwhile
   */
  follow(build: { fullRefresh: boolean }): Promise<ParityProof>;
}

const cutAndBuild = query({
  name: "bigquery.cutAndBuild",
  text: "select cut_pos, business_as_of from ops.slot_state where slot = $1",
  params: ["text"],
  row: { cut_pos: "int8?", business_as_of: "timestamptz?" },
  budget: { access: "index", maxRows: 1 },
});

/**
 * Builds the whole dbt project a second time, on a BigQuery emulator of its own, and compares every mart and feature with what
 * PostgreSQL has built there. What is built is thrown away; the warehouse stays as it was.
 * @throws ParityError as `follow`
 */
export async function proveParity(request: ParityRequest): Promise<ParityProof> {
  const other = await startOtherEngine(request);
  try {
    return await other.follow({ fullRefresh: true });
  } finally {
    await other[Symbol.asyncDispose]();
  }
}

export async function startOtherEngine({ warehouse, python, slot, models, controlStoodStill = false, stateDir, log, signal, onShipped, onNode, onTable }: ParityRequest): Promise<OtherEngine> {
  const emulator = await startEmulator(python);
  const connection = { project: emulator.project, datasetPrefix: `parity_${randomUUID().slice(0, 8)}`, location: "US", endpoint: emulator.endpoint };
  const client = openBigQuery(connection);
  const worker = startPythonWorker({ log });
  const plain = createDbt({ worker, connection, stateDir, threads: 4 });
  let parsed: Promise<Manifest> | undefined;
  const readManifest = () => (parsed ??= plain.parse(slot).then(async (path) => JSON.parse(await readFile(path, "utf8")) as Manifest));

  return {
    client,
    async follow({ fullRefresh }) {
      const before = await warehouse.one(cutAndBuild, [slot]);
      if (before.cut_pos === null || before.business_as_of === null) throw new ParityError("nothing has been built yet that could be compared: run martgraph pipeline run first");
      const begun = performance.now();
      let shipped: Shipment = { rowsByTable: {}, full: [] };
      let shippedAt = begun;
      const manifest = await readManifest();
      const only = models && new Set(sourcesOf(manifest, namedModels(manifest, models)).filter((source) => source.startsWith("shop.")).map((source) => source.slice("shop.".length)));
      const dbt = dbtOnBigQuery({
        dbt: plain, warehouse, client, ...(only ? { only } : {}), control: () => Promise.resolve(controlTables(manifest.sources)),
        onShipped(shipment) {
          shipped = shipment;
          shippedAt = performance.now();
          onShipped?.(shipment, (shippedAt - begun) / 1000);
        },
      });
      const outcome = await dbt.build({ slot, fullRefresh, exclude: ["resource_type:test"], ...(models ? { select: models.map((model) => `+${model}`) } : {}), ...(signal ? { signal } : {}), ...(onNode ? { onNode } : {}) });
      if (!outcome.ok) throw new ParityError(`the other engine could not build: ${outcome.reason}`);
      const builtAt = performance.now();
      const report = await compareEngines({ warehouse, client, manifest, slot, controlStoodStill, ...(models ? { models } : {}), ...(onTable ? { onTable } : {}) });
      const after = await warehouse.one(cutAndBuild, [slot]);
      if (after.cut_pos !== before.cut_pos || String(after.business_as_of) !== String(before.business_as_of)) throw new ParityError(`slot ${slot} was built anew meanwhile, so nothing can be said: try again`);
      const seconds = { ship: (shippedAt - begun) / 1000, build: (builtAt - shippedAt) / 1000, compare: (performance.now() - builtAt) / 1000 };
      return { ...report, shipped: { tables: Object.keys(shipped.rowsByTable).length, rows: Object.values(shipped.rowsByTable).reduce((sum, rows) => sum + rows, 0) }, models: outcome.models, seconds };
    },
    async [Symbol.asyncDispose]() {
      await worker.close();
      await emulator[Symbol.asyncDispose]();
      await warehouse.execute(forgetTarget, [`${connection.project}.${connection.datasetPrefix}`]);
      await rm(stateDir, { recursive: true, force: true });
    },
  };
}

/** @throws ParityError for a name that is no mart and no feature */
function namedModels(manifest: Manifest, names: readonly string[]): ManifestNode[] {
  const known = [...modelsOf(manifest, "marts"), ...modelsOf(manifest, "features")];
  return names.map((name) => {
    const node = known.find((model) => model.name === name);
    if (!node) throw new ParityError(`there is no mart or feature "${name}"`);
    return node;
  });
}
