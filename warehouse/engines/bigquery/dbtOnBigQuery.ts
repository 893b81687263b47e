import type { Database } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";
import type { BuildOutcome, BuildRequest, Dbt } from "../../tools/dbt.ts";
import type { BigQueryClient } from "./client.ts";
import type { ShippedColumn } from "./ndjson.ts";
import { shipControlTable, type Shipment, shipRaw } from "./shipRaw.ts";

const columnsOf = query({
  name: "bigquery.columnsOf",
  text: `select n.nspname::text as schema_name, c.relname::text as table_name, a.attname::text as column_name, format_type(a.atttypid, -1) as type
    from pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where n.nspname || '.' || c.relname = any($1)
    order by 1, 2, a.attnum`,
  params: ["text[]"],
  row: { schema_name: "text", table_name: "text", column_name: "text", type: "text" },
  budget: { access: "scan", maxRows: 10_000 },
});

const cutOf = query({
  name: "bigquery.cutOf",
  text: "select cut_pos from ops.slot_state where slot = $1",
  params: ["text"],
  row: { cut_pos: "int8?" },
  budget: { access: "index", maxRows: 1 },
});

/** Columns of tables of the control plane, by `schema.table`. */
export async function controlColumns(warehouse: Pick<Database, "many">, names: readonly string[]): Promise<Map<string, ShippedColumn[]>> {
  const tables = new Map<string, ShippedColumn[]>();
  for (const row of await warehouse.many(columnsOf, [[...names]])) {
    const name = `${row.schema_name}.${row.table_name}`;
    tables.set(name, [...(tables.get(name) ?? []), { name: row.column_name, type: row.type }]);
  }
  return tables;
}

/**
 * dbt on BigQuery: before it builds, raw is shipped up to the slot's cut, and beside it what the models read of the control plane.
 * `control` names those tables, `only` the raw tables that are read where it is not all of them; `dbt` has been made with BigQuery's connection.
 */
export function dbtOnBigQuery(options: { dbt: Dbt; warehouse: Database; client: BigQueryClient; control: (slot: "a" | "b") => Promise<readonly string[]>; only?: ReadonlySet<string>; onShipped?: (shipment: Shipment) => void }): Dbt {
  const { dbt, warehouse, client, control, only, onShipped } = options;
  const shipped = (work: (request: BuildRequest) => Promise<BuildOutcome>) => async (request: BuildRequest) => {
    const cut = (await warehouse.one(cutOf, [request.slot])).cut_pos;
    const shipment = await shipRaw({ warehouse, client, upTo: cut ?? 0n, ...(only ? { only } : {}) });
    for (const [name, columns] of await controlColumns(warehouse, await control(request.slot))) {
      const [schema = "", table = ""] = name.split(".");
      await shipControlTable({ warehouse, client, schema, table, columns });
    }
    onShipped?.(shipment);
    return work(request);
  };
  return { ...dbt, build: shipped((request) => dbt.build(request)), test: shipped((request) => dbt.test(request)) };
}

/** What models read that is not raw, as `schema.table`, from dbt's sources. */
export function controlTables(sources: Readonly<Record<string, { source_name?: string; name: string }>>): string[] {
  return Object.values(sources).filter(({ source_name: source }) => source !== undefined && source !== "shop").map(({ source_name: source, name }) => `${source}.${name}`).sort();
}
