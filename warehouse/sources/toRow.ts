import { createHash } from "node:crypto";
import { type Cells, evaluate } from "#schema/mapping/evaluate.ts";
import { textOf } from "#schema/mapping/transform.ts";
import { RowProblem, type Value } from "#schema/mapping/values.ts";
import type { ColumnType, SourceColumn, SourceTable } from "./mapping.ts";

/** A row for raw: PostgreSQL's text of each column, in their order; null where there is nothing. */
export type RawRow = (string | null)[];

/**
 * Makes a row of what a line of a file says.
 * @throws RowProblem that names the column; its sentence holds nothing of the line
 */
export function toRow(table: SourceTable, cells: Cells): RawRow {
  return table.columns.map((column) => {
    try {
      return valueOf(column, evaluate(column.value, cells));
    } catch (error) {
      if (error instanceof RowProblem) throw new RowProblem(column.name, error.message);
      throw error;
    }
  });
}

/** The key of a row as JSON, to know it by in other files; undefined where it cannot be read. */
export function keyOf(table: SourceTable, cells: Cells): string | undefined {
  try {
    return JSON.stringify(table.columns.filter(({ isKey }) => isKey).map((column) => valueOf(column, evaluate(column.value, cells))));
  } catch (error) {
    if (error instanceof RowProblem) return undefined;
    throw error;
  }
}

const refuse = (reason: string): never => {
  throw new RowProblem(null, reason);
};

function valueOf(column: SourceColumn, value: Value): string | null {
  const text = textOf(value).trim();
  if (text === "") return column.isRequired ? refuse("it is empty, and has to be there") : null;
  if (column.isHashed) return createHash("sha256").update(text.toLowerCase()).digest("hex");
  const typed = READ[column.type](text);
  if (column.oneOf && !column.oneOf.has(typed)) refuse("its value is none of those that the mapping allows");
  if (column.pattern && !column.pattern.matches(typed)) refuse("it does not have the form that `matches` asks for");
  if (column.min !== undefined && compareDecimals(typed, column.min) < 0) refuse(`it is less than ${column.min}`);
  if (column.max !== undefined && compareDecimals(typed, column.max) > 0) refuse(`it is more than ${column.max}`);
  return typed;
}

const DECIMAL = /^-?\d{1,18}(?:\.\d{1,12})?$/;
const DAY = /^(\d{4})-(\d{2})-(\d{2})$/;
/** ISO 8601 with a zone, as exports and Parquet files write instants. */
const INSTANT = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?\s*(Z|[+-]\d{2}(?::?\d{2})?)$/;

const READ: Readonly<Record<ColumnType, (text: string) => string>> = {
  text: (text) => text,
  integer: (text) => (/^-?\d{1,18}$/.test(text) ? String(BigInt(text)) : refuse("this is no whole number: use `number`, or write it plainly")),
  decimal: (text) => (DECIMAL.test(text) ? text : refuse("this is no plain decimal number: use `number` with the marks that the file uses")),
  boolean: (text) => TRUTH.get(text.toLowerCase()) ?? refuse("this is neither true nor false: use `lookup`"),
  date: (text) => {
    const day = /^\d{4}-\d{2}-\d{2}T00:00:00\.000Z$/.test(text) ? text.slice(0, 10) : text;
    return isDay(day) ? day : refuse("this is no day: use `date` with the format that the file uses");
  },
  instant: readInstant,
};

const TRUTH: ReadonlyMap<string, string> = new Map([["true", "t"], ["t", "t"], ["1", "t"], ["yes", "t"], ["false", "f"], ["f", "f"], ["0", "f"], ["no", "f"]]);

function isDay(text: string): boolean {
  const match = DAY.exec(text);
  if (!match) return false;
  const at = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
}

function readInstant(text: string): string {
  const match = INSTANT.exec(text);
  if (!match || !isDay(match[1] as string)) return refuse("this is no instant with a zone: use `date` with the format that the file uses");
  const [, day, hour, minute, second = "00", fraction = "", zone = "Z"] = match;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return refuse("there is no such time of day");
  return `${day} ${hour}:${minute}:${second}${fraction === "" ? "" : `.${fraction.slice(0, 6)}`}${zone === "Z" ? "+00" : zone}`;
}

/** Below, at or above 0, as `a` is less than, equal to or more than `b`. Exact: amounts are no floats. */
export function compareDecimals(a: string, b: string): number {
  const scaled = (text: string) => {
    const [whole = "0", fraction = ""] = text.replace("-", "").split(".");
    return BigInt(whole + fraction.padEnd(12, "0")) * (text.startsWith("-") ? -1n : 1n);
  };
  const [left, right] = [scaled(a), scaled(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}
