/** PostgreSQL's fixed oids of the types that a statement can answer with. */
const NAMES: Readonly<Record<number, string>> = {
  16: "boolean", 20: "bigint", 21: "smallint", 23: "integer", 25: "text", 700: "real", 701: "double precision", 1042: "character", 1043: "varchar", 1082: "date", 1083: "time",
  1114: "timestamp", 1184: "timestamptz", 1186: "interval", 1266: "timetz", 1700: "numeric", 2249: "record", 2950: "uuid",
  1000: "boolean[]", 1005: "smallint[]", 1007: "integer[]", 1009: "text[]", 1016: "bigint[]", 1021: "real[]", 1022: "double precision[]", 1182: "date[]", 1185: "timestamptz[]", 1231: "numeric[]", 2951: "uuid[]",
};

/** The name of a type that the server gives by number; what is not known is shown as it is written, as text. */
export function typeName(oid: number): string {
  return NAMES[oid] ?? "text";
}
