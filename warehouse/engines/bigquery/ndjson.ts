import { Transform } from "node:stream";
import { quoteIdent, quoteLiteral } from "../postgres/identifiers.ts";
import type { FieldSchema } from "./client.ts";
import { bigQueryType } from "./types.ts";

export interface ShippedColumn {
  name: string;
  /** PostgreSQL's name of it. */
  type: string;
}

/** The columns as a load job wants them. Nothing is required: tombstones hold their key alone. */
export function loadSchema(columns: readonly ShippedColumn[]): FieldSchema[] {
  return columns.map(({ name, type }) => {
    const target = bigQueryType(type);
    const element = /^ARRAY<(.+)>$/.exec(target)?.[1];
    return { name, type: element ?? target, mode: element ? "REPEATED" : "NULLABLE" };
  });
}

/**
 * `select row_to_json(...)` of a query whose columns are given. Numbers go as text, because a JSON number may be read as a
 * binary fraction on the way; instants in UTC with microseconds.
 */
export function jsonSelect(columns: readonly ShippedColumn[], from: string): string {
  return `select row_to_json(shipped) from (select ${columns.map((column) => `${portable(column)} as ${quoteIdent(column.name)}`).join(", ")} ${from}) as shipped`;
}

function portable({ name, type }: ShippedColumn): string {
  const column = `x.${quoteIdent(name)}`;
  switch (bigQueryType(type)) {
    case "TIMESTAMP":
      return `to_char(${column} at time zone 'UTC', ${quoteLiteral('YYYY-MM-DD"T"HH24:MI:SS.US"Z"')})`;
    case "BYTES":
      return `encode(${column}, 'base64')`;
    case "BOOL":
      return column;
    case "JSON":
      return `${column}::text`;
    default:
      // null is no element of a repeated field, nor is the field itself ever null
      return type.endsWith("[]") ? `coalesce(array_remove(${column}, null)::text[], '{}')` : `${column}::text`;
  }
}

/** Lines of COPY's text format that hold one JSON document each, as the documents: what COPY doubled is single again. */
export function copiedJson(): Transform {
  let rest = "";
  return new Transform({
    decodeStrings: true,
    transform(chunk: Buffer, _encoding, done) {
      // Bytes of a character may be split between two chunks: only whole lines are turned into text.
      const text = rest + chunk.toString("latin1");
      const end = text.lastIndexOf("\n") + 1;
      rest = text.slice(end);
      done(null, Buffer.from(text.slice(0, end).replaceAll("\\\\", "\\"), "latin1"));
    },
    flush(done) {
      done(null, Buffer.from(rest.replaceAll("\\\\", "\\"), "latin1"));
    },
  });
}
