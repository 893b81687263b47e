import { engineSettings } from "#platform/engineSettings.ts";
import { type BigQueryClient, openBigQuery } from "#warehouse/engines/bigquery/client.ts";

/** BigQuery as the settings name it, where it is the engine; undefined for PostgreSQL. Opens nothing before it is used. */
export function bigQueryOf(settings = engineSettings()): BigQueryClient | undefined {
  return settings.engine === "bigquery" ? openBigQuery(settings.bigQuery) : undefined;
}
