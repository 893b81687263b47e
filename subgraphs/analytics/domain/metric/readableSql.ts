import type { MetricPlan } from "./planMetricQuery.ts";

/** The statement as a person runs it: over the published views, with its values written in. */
export function readableSql({ sql, params, types }: Pick<MetricPlan, "sql" | "params" | "types">): string {
  return sql.replaceAll("{marts}", "marts").replaceAll(/(?:\$|@p)(\d+)/g, (_match, n: string) => {
    const index = Number(n) - 1;
    return literal(params[index], types[index] === "bigint" || types[index] === "numeric");
  });
}

function literal(value: unknown, bare: boolean): string {
  if (Array.isArray(value)) return `array[${value.map((one) => literal(one, false)).join(", ")}]`;
  return bare ? String(value) : `'${String(value).replaceAll("'", "''")}'`;
}
