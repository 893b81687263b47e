import type { Slot } from "../../../publish/slots.ts";
import { quoteIdent, quoteIdents, quoteLiteral } from "../../postgres/identifiers.ts";
import type { OnlineTable } from "./onlineTables.ts";

/** As dbt's own macros prepare a slot of PostgreSQL (dbt_project/macros/publishing/prepare_slot.sql): whoever serves reads what stands there. */
export function slotSchemas(slot: Slot): string {
  return (["marts", "features"] as const).map((layer) => `${layer}_${slot}`).flatMap((schema) => [
    `create schema if not exists ${schema}`,
    `grant usage on schema ${schema} to martgraph_serving`,
    `alter default privileges in schema ${schema} grant select on tables to martgraph_serving`,
  ]).join(";\n");
}

export const nameIn = (slot: Slot, { layer, name }: Pick<OnlineTable, "layer" | "name">) => `${layer}_${slot}.${quoteIdent(name)}`;

/** The table as dbt makes it in PostgreSQL: its contract's types and constraints, its descriptions. */
export function createTable(slot: Slot, table: OnlineTable): string {
  const name = nameIn(slot, table);
  const columns = table.columns.map((column) => `${quoteIdent(column.name)} ${column.type}${column.isRequired ? " not null" : ""}`);
  return [
    `drop table if exists ${name} cascade`,
    `create table ${name} (${columns.join(", ")})`,
    `comment on table ${name} is ${quoteLiteral(table.description)}`,
    ...table.columns.map((column) => `comment on column ${name}.${quoteIdent(column.name)} is ${quoteLiteral(column.description)}`),
  ].join(";\n");
}

/** What comes behind the rows, because filling an index row by row costs several times as much. */
export function indexTable(slot: Slot, table: OnlineTable): string {
  const name = nameIn(slot, table);
  return [
    ...table.indexes.map(({ columns, isUnique, nullsEqual, type = "btree" }) => `create ${isUnique ? "unique " : ""}index on ${name} using ${type} (${quoteIdents(columns)})${nullsEqual ? " nulls not distinct" : ""}`),
    `analyze ${name}`,
  ].join(";\n");
}

export function copyInto(slot: Slot, table: OnlineTable): string {
  return `copy ${nameIn(slot, table)} (${quoteIdents(table.columns.map(({ name }) => name))}) from stdin`;
}

/** Everything of a table as text that loses nothing: instants as microseconds, for the API writes them as binary fractions of seconds. */
export function selectFrom(relation: string, table: OnlineTable): string {
  const columns = table.columns.map(({ name, type }) => (isInstant(type) ? `unix_micros(\`${name}\`) as \`${name}\`` : `\`${name}\``));
  return `select ${columns.join(", ")} from ${relation}`;
}

const isInstant = (type: string) => type.startsWith("timestamp");

/** A line of COPY's text format. */
export function copyLine(table: OnlineTable, row: Readonly<Record<string, string | null | string[]>>): string {
  return `${table.columns.map(({ name, type }) => copyValue(row[name] as string | null, type)).join("\t")}\n`;
}

const ESCAPES: Readonly<Record<string, string>> = { "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r" };

function copyValue(value: string | null, type: string): string {
  if (value === null) return "\\N";
  if (isInstant(type)) return instantOf(BigInt(value));
  return value.replaceAll(/[\\\t\n\r]/g, (character) => ESCAPES[character] ?? character);
}

/** `2026-01-02 03:04:05.123456+00`; years that ISO writes with a sign are written as PostgreSQL does. */
function instantOf(microseconds: bigint): string {
  const milliseconds = microseconds / 1000n - (microseconds % 1000n < 0n ? 1n : 0n);
  const rest = microseconds - milliseconds * 1000n;
  return `${new Date(Number(milliseconds)).toISOString().replace("T", " ").replace("Z", "")}${String(rest).padStart(3, "0")}+00`;
}
