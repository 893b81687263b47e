import { parse } from "yaml";
import { DASHBOARDS } from "../dashboards/dashboards.ts";
import { dashboardUuid } from "../bundle/dashboardYaml.ts";
import type { AccessTarget } from "./provisionAccess.ts";

/** What roles are made over, as the bundle says it: a dataset with a column vendor_id holds rows of vendors. */
export function accessTarget(files: ReadonlyMap<string, string>, vendors: readonly string[]): AccessTarget {
  const datasets = [...files].filter(([path]) => path.startsWith("datasets/")).map(([, text]) => parse(text, { version: "1.1" }) as { uuid: string; table_name: string; database_uuid: string; sql: string | null; columns: { column_name: string }[] });
  return {
    databaseUuid: datasets[0]?.database_uuid ?? "",
    datasets: datasets.map(({ uuid, table_name: name, sql, columns }) => ({ uuid, name, isQuery: sql !== null, hasVendor: columns.some(({ column_name: column }) => column === "vendor_id") })),
    dashboards: DASHBOARDS.map(({ name, isForVendors }) => ({ uuid: dashboardUuid(name), isForVendors: isForVendors === true })),
    vendors,
  };
}
