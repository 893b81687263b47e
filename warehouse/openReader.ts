import type { Database } from "#platform/db/database.ts";
import { engineSettings } from "#platform/engineSettings.ts";
import type { Log } from "#platform/log.ts";
import { openBigQuery } from "./engines/bigquery/client.ts";
import { generatedOnBigQuery } from "./engines/bigquery/generatedOnBigQuery.ts";
import { createWarehouseReader, type WarehouseReader } from "./reader.ts";

/**
 * The reader on the engine that the settings name: what metrics ask is put to BigQuery where that builds the marts; what is read by key is in PostgreSQL with either.
 * `database` logs in as martgraph_serving and is closed with the reader. Opens nothing before it is used. @throws ConfigError
 */
export function openReader(database: Database, log: Pick<Log, "info">, settings = engineSettings()): WarehouseReader {
  if (settings.engine === "postgres") return createWarehouseReader(database);
  const cap = settings.bigQuery.maximumBytesBilled;
  const bigQuery = generatedOnBigQuery({ client: openBigQuery(settings.bigQuery), log, ...(cap === undefined ? {} : { maximumBytesBilled: BigInt(cap) }) });
  return createWarehouseReader(database, { bigQuery });
}
