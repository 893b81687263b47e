import pg from "pg";

/** PostgreSQL type names a statement may name for its parameters and row columns, with the JavaScript value that stands for each. */
export interface SqlTypes {
  uuid: string;
  text: string;
  bool: boolean;
  int2: number;
  int4: number;
  int8: bigint;
  float8: number;
  /** Exact decimal as text: arithmetic on it belongs to SQL or to `schema/values`. */
  numeric: string;
  date: string;
  timestamptz: Date;
  jsonb: unknown;
  "uuid[]": readonly string[];
  "text[]": readonly string[];
  "int8[]": readonly (bigint | number)[];
  "int4[]": readonly number[];
  "float8[]": readonly number[];
  "timestamptz[]": readonly Date[];
  "bool[]": readonly boolean[];
  bytea: Buffer;
}
export type SqlType = keyof SqlTypes;

const OID = { int8: 20, numeric: 1700, date: 1082, timestamptz: 1184, int8Array: 1016 } as const;

/** Per-connection parsers: 64-bit integers become bigint, dates stay `YYYY-MM-DD`, numerics stay text. Nothing global is changed. */
export const typeParsers: pg.CustomTypesConfig = {
  getTypeParser(oid: number, format?: "text" | "binary") {
    if (format === "binary") return pg.types.getTypeParser(oid, "binary");
    if (oid === OID.int8) return (value: string) => BigInt(value);
    if (oid === OID.date || oid === OID.numeric) return (value: string) => value;
    if (oid === OID.int8Array) {
      const parse = pg.types.getTypeParser(1009 as never, "text") as (value: string) => string[];
      return (value: string) => parse(value).map((item) => (item === null ? null : BigInt(item)));
    }
    return pg.types.getTypeParser(oid as never, "text");
  },
} as pg.CustomTypesConfig;
