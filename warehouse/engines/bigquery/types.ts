/** The type that a column of PostgreSQL has in BigQuery. Identifiers become text, and so does whatever BigQuery has no type for. */
export function bigQueryType(postgresType: string): string {
  const element = /^(.+)\[\]$/.exec(postgresType)?.[1];
  if (element) return `ARRAY<${bigQueryType(element)}>`;
  return TYPES[postgresType.replace(/\(.*\)/, "").trim()] ?? "STRING";
}

const TYPES: Record<string, string> = {
  bigint: "INT64", integer: "INT64", smallint: "INT64", int8: "INT64", int4: "INT64", int2: "INT64",
  numeric: "NUMERIC",
  "double precision": "FLOAT64", real: "FLOAT64", float8: "FLOAT64", float4: "FLOAT64",
  boolean: "BOOL", bool: "BOOL",
  date: "DATE",
  "timestamp with time zone": "TIMESTAMP", timestamptz: "TIMESTAMP",
  jsonb: "JSON", json: "JSON",
  bytea: "BYTES",
};
