import { randomUUID } from "node:crypto";
import { appendFile } from "node:fs/promises";
import type { Log } from "#platform/log.ts";
import type { PipelineObserver, RunEvent, StepEvent } from "../pipeline/observer.ts";

const PRODUCER = "https://github.com/martgraph/martgraph";
const RUN_EVENT = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent";
const FACET = "https://openlineage.io/spec/facets";
const SEND_MS = 5_000;
const FLUSH_MS = 10_000;
/** What waits while the receiver is away; older events go first. */
const MOST_WAITING = 1_000;

export interface LineageOptions {
  /** Appends events here, one JSON document per line. */
  file?: string;
  /** Posts each event here. */
  url?: string;
  apiKey?: string;
  /** Of the jobs: which installation's they are. */
  namespace: string;
  /** `postgres://host:port` of the two servers, and the databases' names. */
  shop: DatasetHome;
  warehouse: DatasetHome;
  log: Log;
}

export interface DatasetHome {
  namespace: string;
  database: string;
}

interface Dataset {
  namespace: string;
  name: string;
  facets?: Record<string, unknown>;
}

const facet = (name: string, version: string, body: object) => ({ _producer: PRODUCER, _schemaURL: `${FACET}/${version}/${name}.json#/$defs/${name}`, ...body });

/**
 * Tells each run, and each asset as a run of its own below it, as OpenLineage run events. Whoever receives them being away, or a
 * disk being full, is noted and never stops a run.
 */
export function openLineage(options: LineageOptions): PipelineObserver {
  const { file, url, apiKey, namespace, log } = options;
  const stepRuns = new Map<string, string>();
  let sending = Promise.resolve();
  let waiting = 0;

  function emit(event: object): void {
    if (waiting >= MOST_WAITING) return log.warn({}, "an OpenLineage event was dropped: the receiver does not keep up");
    waiting += 1;
    const text = JSON.stringify(event);
    sending = sending.then(() => send(text)).catch((error: unknown) => log.warn({ error }, "an OpenLineage event was not delivered")).finally(() => {
      waiting -= 1;
    });
  }

  async function send(text: string): Promise<void> {
    if (file) await appendFile(file, `${text}\n`);
    if (!url) return;
    const headers = { "content-type": "application/json", ...(apiKey ? { authorization: `Bearer ${apiKey}` } : {}) };
    const answer = await fetch(url, { method: "POST", headers, body: text, signal: AbortSignal.timeout(SEND_MS), redirect: "error" });
    await answer.body?.cancel();
    if (!answer.ok) throw new Error(`the receiver answered ${answer.status}`);
  }

  const event = (state: string, at: Date, run: object, job: object, inputs: readonly Dataset[], outputs: readonly Dataset[]) =>
    ({ eventTime: at.toISOString(), producer: PRODUCER, schemaURL: RUN_EVENT, eventType: state, run, job, inputs, outputs });
  const jobOf = (name: string) => ({ namespace, name, facets: { jobType: facet("JobTypeJobFacet", "2-0-3", { processingType: "BATCH", integration: "MARTGRAPH", jobType: name === "pipeline" ? "PIPELINE" : "ASSET" }) } });
  const errorOf = (message: string) => ({ errorMessage: facet("ErrorMessageRunFacet", "1-0-1", { message, programmingLanguage: "TypeScript" }) });

  return {
    run({ runId, state, at, reason }: RunEvent) {
      const type = state === "START" ? "START" : state === "FAILED" || state === "REJECTED" ? "FAIL" : "COMPLETE";
      emit(event(type, at, { runId, facets: type === "FAIL" ? errorOf(reason ?? state) : {} }, jobOf("pipeline"), [], []));
    },
    cut() {},
    step({ runId, step, state, at, rows, output, message }: StepEvent) {
      const key = `${runId}/${step.name}`;
      if (state === "START") stepRuns.set(key, randomUUID());
      const stepRun = stepRuns.get(key) ?? randomUUID();
      if (state !== "START") stepRuns.delete(key);
      const parent = facet("ParentRunFacet", "1-1-0", { run: { runId }, job: { namespace, name: "pipeline" } });
      const { inputs, outputs } = datasetsOf(options, step.name, output, state === "COMPLETE" ? rows : undefined);
      emit(event(state, at, { runId: stepRun, facets: { parent, ...(state === "FAIL" ? errorOf(message ?? "failed") : {}) } }, jobOf(`pipeline.${step.name.replaceAll(" ", "_")}`), inputs, outputs));
    },
    async flush() {
      let timer: NodeJS.Timeout | undefined;
      await Promise.race([sending, new Promise((resolve) => (timer = setTimeout(resolve, FLUSH_MS)))]);
      clearTimeout(timer);
    },
  };
}

/** What an asset reads and writes, by layer; capture names the tables that something came into. */
function datasetsOf({ shop, warehouse }: LineageOptions, asset: string, output: Record<string, unknown> | undefined, rows: number | null | undefined): { inputs: Dataset[]; outputs: Dataset[] } {
  const inWarehouse = (name: string, facets?: Record<string, unknown>): Dataset => ({ namespace: warehouse.namespace, name: `${warehouse.database}.${name}`, ...(facets ? { facets } : {}) });
  const counted = rows === null || rows === undefined ? undefined : { outputStatistics: facet("OutputStatisticsOutputDatasetFacet", "1-0-2", { rowCount: rows }) };
  const written = (name: string) => ({ ...inWarehouse(name), ...(counted ? { outputFacets: counted } : {}) });
  if (asset === "capture") {
    const byTable = Object.entries((output?.["rowsByTable"] ?? {}) as Record<string, number>).filter(([, count]) => count > 0);
    return {
      inputs: byTable.map(([table]) => ({ namespace: shop.namespace, name: `${shop.database}.${table.replace("__", ".")}` })),
      outputs: byTable.map(([table, count]) => ({ ...inWarehouse(`raw.${table}`), outputFacets: { outputStatistics: facet("OutputStatisticsOutputDatasetFacet", "1-0-2", { rowCount: count }) } })),
    };
  }
  const layers: Readonly<Record<string, readonly [readonly string[], readonly string[]]>> = {
    files: [[], ["raw"]], "check raw": [["raw"], []], dbt: [["raw"], ["marts", "features"]], "check marts": [["marts", "features"], []], watch: [["raw", "marts"], []],
    train: [["features"], ["registry"]], score: [["features", "registry"], ["predictions"]], "check predictions": [["predictions"], []], publish: [["marts", "features", "predictions"], ["published"]],
  };
  const [inputs = [], outputs = []] = layers[asset] ?? [];
  return { inputs: inputs.map((name) => inWarehouse(name, assertions(asset, output))), outputs: outputs.map(written) };
}

/** A check's verdict stands with what it read. */
function assertions(asset: string, output: Record<string, unknown> | undefined): Record<string, unknown> | undefined {
  const checks = output?.["checks"];
  if (!asset.startsWith("check ") || typeof checks !== "number") return undefined;
  const warnings = Number(output?.["warnings"] ?? 0);
  return { dataQualityAssertions: facet("DataQualityAssertionsDatasetFacet", "1-0-1", { assertions: [{ assertion: `${checks} checks, none critical red`, success: true }, { assertion: "no warnings", success: warnings === 0 }] }) };
}
