import { ConfigError } from "#platform/config.ts";
import { engineSettings } from "#platform/engineSettings.ts";
import { SetupError } from "#platform/postgres/setupError.ts";
import type { Progress } from "../cli/progress.ts";
import { bigQueryOf } from "../install/engine.ts";

/** What `doctor` says about where marts are built, and whether that can be reached. */
export async function engineFinding(): Promise<{ check: string; ok: boolean; note: string }> {
  try {
    const client = bigQueryOf();
    if (!client) return { check: "Engine", ok: true, note: "PostgreSQL" };
    await client.check();
    return { check: "Engine", ok: true, note: describe() };
  } catch (error) {
    return { check: "Engine", ok: false, note: error instanceof ConfigError ? error.message : `BigQuery: ${(error as Error).message}` };
  }
}

/** Before anything is touched: with BigQuery as the engine, its project has to answer. @throws SetupError */
export async function reachEngine(progress: Progress): Promise<void> {
  const client = bigQueryOf();
  if (!client) return;
  await progress.step("Reach BigQuery, where marts are built", async () => {
    await client.check().catch((error: Error) => { throw new SetupError(`BigQuery is the engine, but ${error.message}.`); });
    return { value: undefined, note: describe() };
  });
}

function describe(): string {
  const settings = engineSettings();
  if (settings.engine === "postgres") return "PostgreSQL";
  const { project, datasetPrefix, location, endpoint, maximumBytesBilled } = settings.bigQuery;
  const cap = maximumBytesBilled === undefined ? "no cap on what a job reads: MARTGRAPH_BIGQUERY_MAX_BYTES sets one" : `at most ${(maximumBytesBilled / 1e9).toFixed(1)} GB a job`;
  return `BigQuery, project ${project}, datasets ${datasetPrefix}_*, ${location}; ${endpoint ? `an emulator at ${endpoint}` : cap}`;
}
