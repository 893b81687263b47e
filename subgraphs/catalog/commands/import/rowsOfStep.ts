import { type ByteSource, DEFAULT_BOUNDS } from "#platform/tabular/source.ts";
import { readTable, type TableFormat, type TableLine, type TableRow } from "#platform/tabular/readTable.ts";
import { TableError } from "#platform/tabular/tableError.ts";
import { restored } from "#platform/tabular/csvText.ts";
import type { Encoding } from "#platform/tabular/source.ts";
import { assertRequired, Checked } from "../../domain/import/checkFields.ts";
import { KEYS, ROW_PREFIX } from "../../domain/import/entityFields.ts";
import { type Cells, evaluate, holds } from "#schema/mapping/evaluate.ts";
import { readFields } from "../../domain/import/readFields.ts";
import type { Format, Source, Step } from "../../domain/import/mapping.ts";
import { textOf } from "#schema/mapping/transform.ts";
import { RowProblem, type Value } from "#schema/mapping/values.ts";
import type { ImportFiles } from "./importRun.ts";
import { isInnerPath } from "#platform/tabular/mapping/innerPath.ts";
import { matchesPattern } from "#platform/tabular/mapping/matchesPattern.ts";

/** How rows of joined sources are kept: by the column they are found by, then its text. */
export type JoinTables = ReadonlyMap<string, ReadonlyMap<string, ReadonlyMap<string, readonly TableRow[]>>>;

const MAX_JOINED_ROWS = 200_000;

/** The files of a source that are there, in the order of its patterns, then by name. @throws TableError when a pattern finds none */
export async function filesOf(source: Source, files: ImportFiles): Promise<ByteSource[]> {
  const names = await files.list();
  const found = new Map<string, ByteSource>();
  for (const pattern of source.files) {
    const fitting = pattern.includes("*") ? names.filter((name) => isInnerPath(name) && matchesPattern(pattern, name)) : [pattern];
    let any = false;
    for (const name of fitting) {
      const file = await files.find(name);
      if (file) { found.set(name, file); any = true; }
    }
    if (!any) throw new TableError(pattern, undefined, "there is no such file among those of the import");
  }
  return [...found.values()];
}

export function tableFormat(format: Format): TableFormat {
  const { encoding, delimiter, quote, columns, ragged } = format;
  if (format.kind === "JSONL") return { kind: "JSONL", encoding: encoding as Encoding };
  return { kind: "CSV", encoding: encoding as Encoding, delimiter, quote, ragged, ...(columns ? { columns } : {}) };
}

/** Reads what other sources are joined by. @throws TableError */
export async function readJoined(sources: ReadonlyMap<string, Source>, joined: ReadonlyMap<string, ReadonlySet<string>>, files: ImportFiles): Promise<JoinTables> {
  const tables = new Map<string, Map<string, Map<string, TableRow[]>>>();
  let rows = 0;
  for (const [name, keys] of joined) {
    const source = sources.get(name) as Source;
    const byKey = new Map([...keys].map((key) => [key, new Map<string, TableRow[]>()]));
    for (const file of await filesOf(source, files)) {
      for await (const lines of readTable(file, tableFormat(source.format), DEFAULT_BOUNDS)) {
        rows += lines.length;
        if (rows > MAX_JOINED_ROWS) throw new TableError(file.name, undefined, `files that others join to are kept while the import runs: they may have ${MAX_JOINED_ROWS} rows in all`);
        for (const { row } of lines) {
          if (!row) continue;
          for (const [key, index] of byKey) {
            const text = cellText(row.get(key));
            if (text === "") continue;
            const there = index.get(text);
            if (there) there.push(row);
            else index.set(text, [row]);
          }
        }
      }
    }
    tables.set(name, byKey);
  }
  return tables;
}

function cellText(cell: unknown): string {
  return typeof cell === "string" ? cell.trim() : typeof cell === "number" ? String(cell) : "";
}

/** A line of a file as a step takes it. */
export interface StepRow {
  readonly line: number;
  /** What joins rows of one product or order; undefined where every row is one by itself. */
  readonly group: string | undefined;
  readonly isParent: boolean;
  readonly key: string | null;
  readonly cells: Cells | undefined;
  readonly problem: RowProblem | undefined;
}

/** The row, or undefined where the step does not want it. */
export function stepRow(step: Step, line: TableLine, joins: JoinTables): StepRow | undefined {
  if (!line.row) return { line: line.line, group: undefined, isParent: false, key: null, cells: undefined, problem: new RowProblem(null, line.problem) };
  const { row } = line;
  const unguard = step.source.format.guarded ? (cell: unknown) => (typeof cell === "string" ? restored(cell) : cell) : (cell: unknown) => cell;
  const cells: Cells = {
    get: (column) => unguard(row.get(column)),
    joined: (source, key, text, take) => (joins.get(source)?.get(key)?.get(text.trim()) ?? []).map((one) => unguard(one.get(take))),
  };
  try {
    if (step.where && !holds(step.where, cells)) return undefined;
    const group = step.groupBy && textOf(evaluate(step.groupBy, cells)).trim();
    const isParent = step.parent !== undefined && holds(step.parent, cells);
    return { line: row.line, group: group === "" ? undefined : group, isParent, key: keyOf(step, cells, isParent), cells, problem: undefined };
  } catch (error) {
    if (error instanceof RowProblem) return { line: row.line, group: undefined, isParent: false, key: null, cells, problem: error };
    throw error;
  }
}

/** By what reports name a row; nothing that is too long or broken, and never a person's address. */
function keyOf(step: Step, cells: Cells, isParent: boolean): string | null {
  for (const name of KEYS[step.entity]) {
    if (isParent && name.startsWith(ROW_PREFIX[step.entity] ?? "-")) continue;
    const expression = step.fields.get(name);
    if (!expression) continue;
    try {
      const value = evaluate(expression, cells);
      const text = (Array.isArray(value) ? (value as readonly Value[]).map(textOf).join(", ") : textOf(value)).trim();
      if (text !== "" && !/[\p{Cc}\p{Cs}]/u.test(text)) return text.includes("@") ? null : text.slice(0, 100);
    } catch (error) {
      if (!(error instanceof RowProblem)) throw error;
    }
  }
  return null;
}

/** The fields of a row that is one by itself, or of a group's parent. @throws RowProblem */
export function wholeOf(step: Step, cells: Cells): Checked {
  const prefix = ROW_PREFIX[step.entity];
  const checked = new Checked(step.entity, readFields(step, cells, (name) => prefix === undefined || !name.startsWith(prefix)));
  assertRequired(step.entity, checked);
  return checked;
}

/** The fields that a row of a group has for itself. @throws RowProblem */
export function partOf(step: Step, cells: Cells): Checked {
  const prefix = ROW_PREFIX[step.entity] as string;
  return new Checked(step.entity, readFields(step, cells, (name) => name.startsWith(prefix)));
}

export const EMPTY_FIELDS = (step: Step): Checked => new Checked(step.entity, new Map());

/** Columns that the step's fields name, for telling of those that a file lacks. */
export function columnsWanted(step: Step): Set<string> {
  const columns = new Set<string>();
  const look = (value: unknown): void => {
    if (value instanceof Map) for (const inner of value.values()) look(inner);
    else if (Array.isArray(value)) for (const inner of value) look(inner);
    else if (value !== null && typeof value === "object") {
      // What is taken from a joined row stands in another file.
      const { kind, column } = value as { kind?: unknown; column?: unknown };
      if (typeof column === "string") columns.add(column);
      for (const [name, inner] of Object.entries(value)) if (!(kind === "JOIN" && name !== "on") && typeof inner === "object") look(inner);
    }
  };
  look([...step.fields.values()]);
  look([step.where, step.groupBy, step.parent]);
  return columns;
}

