import { engineSettings, sqlDailyBytes } from "#platform/engineSettings.ts";
import { martCatalogue } from "#schema/generated/martCatalogue.ts";
import { type BigQueryClient, openBigQuery } from "../engines/bigquery/client.ts";
import type { ByteBounds } from "./admission.ts";
import { createBigQueryEngine, datasetOf } from "./bigQueryEngine.ts";
import type { SqlEngine } from "./engine.ts";
import { rememberSights, type Sights, type SqlTable } from "./sights.ts";

export interface BigQueryGateParts {
  readonly client: BigQueryClient;
  /** Most that one person's statements read within 24 hours. */
  readonly dailyBytes: number;
}

/** Most that a statement reads where MARTGRAPH_BIGQUERY_MAX_BYTES says nothing. */
const MAX_BYTES = 20e9;

/** What the settings say of BigQuery, where it is the engine. Opens nothing before it is used. @throws ConfigError */
export function sqlOnBigQuery(): BigQueryGateParts | undefined {
  const settings = engineSettings();
  return settings.engine === "bigquery" ? { client: openBigQuery(settings.bigQuery), dailyBytes: sqlDailyBytes() } : undefined;
}

/** BigQuery behind the gate. */
export function bigQueryGate({ client, dailyBytes }: BigQueryGateParts): { engine: SqlEngine; sights: Sights; bytes: ByteBounds } {
  const perStatement = client.connection.maximumBytesBilled ?? MAX_BYTES;
  return { engine: createBigQueryEngine(client, BigInt(perStatement)), bytes: { perStatement, perDay: dailyBytes }, sights: sightsInBigQuery(client) };
}

/** The tables of the audience's dataset, with what the contracts say of their columns. */
function sightsInBigQuery(client: BigQueryClient): Sights {
  return rememberSights(async (kind) => {
    const dataset = datasetOf(kind);
    const names = dataset ? await client.tables(client.dataset(dataset)) : [];
    const tables = names.flatMap((name): SqlTable[] => {
      const info = Object.hasOwn(martCatalogue, name) ? martCatalogue[name] : undefined;
      if (!info) return [];
      const columns = Object.entries(info.columns).map(([column, { type, description, pii }]) => ({ name: column, type, description, isPersonal: pii !== undefined }));
      return [{ name, description: info.description, grain: info.grain, columns }];
    });
    return { tables, sight: { tables: new Map(tables.map((table) => [table.name, new Set(table.columns.map((column) => column.name))])), serverFunctions: new Set(), mayExplain: false } };
  });
}
