import { randomUUID } from "node:crypto";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { wallClock } from "#platform/clock.ts";
import { Database } from "#platform/db/database.ts";
import { silentLog } from "#platform/log.ts";
import type { TestDatabase } from "#platform/testing/testDatabase.ts";
import { type BigQueryClient, openBigQuery } from "#warehouse/engines/bigquery/client.ts";
import { createBigQueryEngine } from "#warehouse/engines/bigquery/engine.ts";
import { expectationsOnBigQuery } from "#warehouse/engines/bigquery/expectationsOnBigQuery.ts";
import { sourcesOf } from "#warehouse/engines/bigquery/parity.ts";
import type { Readers } from "#warehouse/engines/bigquery/publish/showBuild.ts";
import { createCapture } from "#warehouse/load/capture.ts";
import { createPipeline, type Pipeline } from "#warehouse/pipeline/pipeline.ts";
import type { EngineTool, ModelsTool } from "#warehouse/pipeline/types.ts";
import { createDbt, type Dbt } from "#warehouse/tools/dbt.ts";
import { dbtEnvironment } from "#warehouse/tools/dbtProfile.ts";
import { createExpectations } from "#warehouse/tools/expectations.ts";
import { modelsOf } from "#warehouse/tools/manifest.ts";
import { parseManifest } from "#warehouse/tools/parseManifest.ts";
import { startPythonWorker } from "#warehouse/tools/worker.ts";

const SUITES = fileURLToPath(new URL("../../expectations/suites", import.meta.url));
export const LABELS = { team: "proof" };

/** The pipeline on an emulator, from a shop's changes to what BigQuery's and the graph's readers see; without models. */
export interface BigQueryChain extends AsyncDisposable {
  readonly pipeline: Pipeline;
  readonly shop: Database;
  readonly warehouse: Database;
  readonly client: BigQueryClient;
  /** dbt in PostgreSQL over the same raw, to compare with. */
  readonly postgres: Dbt;
  /** The models that are built, with what they read. */
  readonly select: readonly string[];
  readonly engine: EngineTool;
  /** What a process that is to be killed needs to run the same pipeline. */
  readonly handOver: HandedOver;
  /** In the place of the engine's own, where set. */
  readonly instead: { mirror?: EngineTool["mirror"]; show?: EngineTool["show"] };
}

/** Where dbt's state is, which slot the shop's changes come through, and what is built. */
export interface HandedOver {
  readonly stateDir: string;
  readonly slotName: string;
  readonly select: readonly string[];
  readonly raw: readonly string[];
}

interface ChainOptions {
  /** All of them where undefined. */
  readonly models: readonly string[] | undefined;
  readonly readers: Readers;
  /** Of another process's chain, which stays the owner. */
  readonly handedOver?: HandedOver;
}

export async function openBigQueryChain(databases: { shop: TestDatabase; warehouse: TestDatabase }, emulator: { endpoint: string; project: string }, { models, readers, handedOver }: ChainOptions): Promise<BigQueryChain> {
  const handOver = handedOver ?? { stateDir: await mkdtemp(join(tmpdir(), "martgraph-engine-")), slotName: `engine_${randomUUID().slice(0, 8)}`, ...(await chosen(models)) };
  const { stateDir, slotName, select, raw } = handOver;
  const shop = Database.open(databases.shop.config);
  const warehouse = Database.open(databases.warehouse.config);
  const builder = Database.open(databases.warehouse.as("martgraph_builder"));
  const capture = createCapture({ source: databases.shop.as("martgraph_capture"), sink: databases.warehouse.as("martgraph_loader"), slotName, log: silentLog });
  const inPostgres = databases.warehouse.as("martgraph_builder");
  const inBigQuery = { ...emulator, datasetPrefix: "shop", location: "US", labels: LABELS };
  const worker = startPythonWorker({ log: silentLog, env: { ...dbtEnvironment(inPostgres), ...dbtEnvironment(inBigQuery) } });
  const client = openBigQuery(inBigQuery);
  const suitesDir = handedOver ? suitesDirOf(stateDir, models) : await writeSuites(stateDir, models);
  const instead: BigQueryChain["instead"] = {};
  const { dbt, engine } = createBigQueryEngine({
    dbt: createDbt({ worker, connection: inBigQuery, stateDir: join(stateDir, "bigquery"), threads: 4 }), warehouse: builder, client, readers, ...(models ? { only: { select, exclude: ["test_type:singular"], raw: new Set(raw) } } : {}),
  });
  const noModels: ModelsTool = { missingChampions: async () => [], train: async () => ({ rows: 0, summary: "" }), score: async () => ({ batchId: null, rows: 0, summary: "no models" }) };
  const pipeline = createPipeline({
    warehouse: builder, capture, dbt, models: noModels, log: silentLog, clock: wallClock,
    engine: { ...engine, mirror: (request) => (instead.mirror ?? engine.mirror)(request), show: (build) => (instead.show ?? engine.show)(build) },
    expectations: expectationsOnBigQuery({ onPostgres: createExpectations({ worker, connection: inPostgres, ...(models ? { suitesDir } : {}) }), onBigQuery: createExpectations({ worker, connection: inBigQuery, suitesDir }), datasetPrefix: "shop" }),
  }, { retryDelaysMs: [] });
  return {
    pipeline, shop, warehouse, client, engine, select, handOver, instead, postgres: createDbt({ worker, connection: inPostgres, stateDir: join(stateDir, "postgres") }),
    async [Symbol.asyncDispose]() {
      await worker.close();
      await capture.close();
      for (const db of [builder, warehouse, shop]) await db.close();
      if (!handedOver) await rm(stateDir, { recursive: true, force: true });
    },
  };
}

/** The models that are built, with what they read. */
async function chosen(models: readonly string[] | undefined): Promise<Pick<HandedOver, "select" | "raw">> {
  const manifest = await parseManifest();
  const nodes = [...modelsOf(manifest, "marts"), ...modelsOf(manifest, "features")].filter(({ name }) => models?.includes(name) ?? true);
  const raw = sourcesOf(manifest, nodes).filter((source) => source.startsWith("shop.")).map((source) => source.slice("shop.".length));
  return { select: nodes.map(({ name }) => `+${name}`), raw };
}

const suitesDirOf = (stateDir: string, models: readonly string[] | undefined) => (models ? join(stateDir, "suites") : SUITES);

/** The suites of the models that are built, without checks that read others: a table that is not there is red. Of raw's one will do. */
async function writeSuites(stateDir: string, models: readonly string[] | undefined): Promise<string> {
  const suitesDir = suitesDirOf(stateDir, models);
  if (!models) return suitesDir;
  for (const area of ["marts", "features"]) {
    await mkdir(join(suitesDir, area), { recursive: true });
    for (const file of await readdir(join(SUITES, area))) {
      if (!models.includes(file.replace(".yml", ""))) continue;
      const suite = parse(await readFile(join(SUITES, area, file), "utf8")) as { checks: object[] };
      const isThere = (check: object) => [...JSON.stringify(check).matchAll(/\$(?:published_)?(?:marts|features)\.(\w+)/g)].every(([, name = ""]) => models.includes(name));
      await writeFile(join(suitesDir, area, file), JSON.stringify({ ...suite, checks: suite.checks.filter(isThere) }));
    }
  }
  await mkdir(join(suitesDir, "raw"));
  await cp(join(SUITES, "raw", "orders.yml"), join(suitesDir, "raw", "orders.yml"));
  return suitesDir;
}
