import type { Slot } from "../../publish/slots.ts";
import type { DaySource } from "../../quality/daySource.ts";
import { BIGQUERY, profileSql } from "../../quality/profile.ts";
import { WATCHED } from "../../quality/watched.ts";
import type { BigQueryClient } from "./client.ts";

/** Marts of a slot's dataset. */
export function daysInBigQuery(client: BigQueryClient, slot: Slot, buildId: string): DaySource {
  const { project } = client.connection;
  const dataset = client.dataset(`marts_${slot}`);
  const options = { labels: { build: buildId, step: "watch" } };
  return {
    async columns() {
      const tables = new Map<string, string[]>();
      const names = WATCHED.map(({ table }) => `'${table}'`).join(", ");
      const sql = `select table_name, column_name from \`${project}\`.\`${dataset}\`.INFORMATION_SCHEMA.COLUMNS where table_name in (${names}) order by table_name, ordinal_position`;
      for await (const row of client.rows(sql, options)) tables.set(String(row["table_name"]), [...(tables.get(String(row["table_name"])) ?? []), String(row["column_name"])]);
      return tables;
    },
    profile: (watched, from, withOlder) => Array.fromAsync(client.rows(profileSql(watched, `\`${project}.${dataset}.${watched.table}\``, from, BIGQUERY, withOlder), options)),
  };
}
