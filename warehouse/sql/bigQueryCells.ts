import type { FieldSchema } from "../engines/bigquery/client.ts";
import type { SqlCell } from "./engine.ts";

type Raw = string | null | readonly string[];

/** Names of the types as PostgreSQL's gate gives them, so that who reads answers need not know the engine. */
const NAMES: Readonly<Record<string, string>> = {
  INT64: "bigint", INTEGER: "bigint", FLOAT64: "double precision", FLOAT: "double precision", NUMERIC: "numeric", BIGNUMERIC: "numeric", BOOL: "boolean", BOOLEAN: "boolean", STRING: "text",
  DATE: "date", TIMESTAMP: "timestamptz", DATETIME: "timestamp", TIME: "time", INTERVAL: "interval", BYTES: "bytea", JSON: "jsonb",
};

export const typeOf = ({ type, mode }: FieldSchema): string => `${NAMES[type] ?? "text"}${mode === "REPEATED" ? "[]" : ""}`;

/** A value that is rows itself. */
export const isNested = ({ type }: FieldSchema): boolean => type === "RECORD" || type === "STRUCT";

/** A cell as PostgreSQL's gate shows it. */
export function cellOf(value: Raw, { type }: FieldSchema): SqlCell {
  if (value === null) return null;
  if (typeof value === "string") return scalar(value, type);
  return `{${value.map((one) => element(scalar(one, type))).join(",")}}`;
}

function scalar(text: string, type: string): string {
  switch (NAMES[type]) {
    case "boolean": return text === "true" ? "t" : "f";
    case "timestamptz": return instant(text);
    case "timestamp": return text.replace("T", " ");
    case "bytea": return `\\x${Buffer.from(text, "base64").toString("hex")}`;
    default: return text;
  }
}

/** In the text of a list. */
const element = (text: string) => (text === "" || /[{},"\\\s]/.test(text) || text.toLowerCase() === "null" ? `"${text.replaceAll(/["\\]/g, "\\$&")}"` : text);

/** BigQuery writes seconds since 1970, with an exponent where it likes: `1.7672256E9`. Read digit by digit, since a binary fraction would lose microseconds. */
function instant(text: string): string {
  const [, sign = "", whole = "", fraction = "", exponent = "0"] = /^(-?)(\d+)(?:\.(\d+))?(?:E([+-]?\d+))?$/i.exec(text) ?? [];
  if (whole === "") return text;
  const places = fraction.length - Number(exponent) - 6;
  const digits = whole + fraction;
  const micros = BigInt(sign + (places <= 0 ? digits.padEnd(digits.length - places, "0") : digits.slice(0, -places) || "0"));
  const rest = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const seconds = Number((micros - rest) / 1_000_000n);
  const shown = new Date(seconds * 1000).toISOString().slice(0, -5).replace("T", " ");
  return `${shown}${rest === 0n ? "" : `.${String(rest).padStart(6, "0").replace(/0+$/, "")}`}+00`;
}
