import type { Condition, Expression } from "#schema/mapping/expression.ts";
import type { BoundedPattern } from "#schema/mapping/boundedPattern.ts";
import type { Encoding } from "#platform/tabular/source.ts";

/** What a column of raw holds; raw's own type of each stands in {@link RAW_TYPES}. */
export const COLUMN_TYPES = ["text", "integer", "decimal", "boolean", "date", "instant"] as const;
export type ColumnType = (typeof COLUMN_TYPES)[number];

export const RAW_TYPES: Readonly<Record<ColumnType, string>> = {
  text: "text",
  integer: "bigint",
  decimal: "numeric",
  boolean: "boolean",
  date: "date",
  instant: "timestamp with time zone",
};

/** One column of a table in raw: where its value comes from and what it has to be. */
export interface SourceColumn {
  readonly name: string;
  readonly type: ColumnType;
  readonly description: string;
  readonly value: Expression;
  readonly isKey: boolean;
  /** Key columns are. */
  readonly isRequired: boolean;
  /** Kept as SHA-256 of the trimmed, lower-case text, as `hash_pii` of the models makes it. */
  readonly isHashed: boolean;
  readonly oneOf: ReadonlySet<string> | undefined;
  readonly pattern: BoundedPattern | undefined;
  /** Bounds of numbers, both in; exact decimal text. */
  readonly min: string | undefined;
  readonly max: string | undefined;
}

export type FileFormat =
  | { readonly kind: "CSV"; readonly encoding: Encoding; readonly delimiter: string; readonly quote: string; /** Names where the file has no header. */ readonly columns: readonly string[] | undefined; readonly ragged: boolean }
  | { readonly kind: "JSONL"; readonly encoding: Encoding }
  | { readonly kind: "PARQUET" };

/** One table that files fill. */
export interface SourceTable {
  readonly name: string;
  readonly description: string;
  /** Names or patterns with `*`, inside of the source's folder. */
  readonly files: readonly string[];
  readonly format: FileFormat;
  /** Files need not have every column that the mapping names. */
  readonly isSparse: boolean;
  /** UPSERT: a file brings new and changed rows. SNAPSHOT: a file is the whole table, what is not in it is gone. */
  readonly mode: "UPSERT" | "SNAPSHOT";
  /** Rows that are no data: counted, not loaded. */
  readonly where: Condition | undefined;
  /** The share of bad rows, 0 to 1, beyond which nothing of a file is loaded. */
  readonly tolerate: number;
  readonly columns: readonly SourceColumn[];
}

/** Where a second shop's, or anybody's, files become tables of raw. */
export interface FileSource {
  readonly name: string;
  readonly description: string;
  readonly owner: string;
  readonly tables: readonly SourceTable[];
  /** SHA-256 of the mapping's text: another one is reason to try refused files again. */
  readonly hash: string;
}

/** The table's name in schema raw. */
export function rawTableOf(source: Pick<FileSource, "name">, table: Pick<SourceTable, "name">): string {
  return `${source.name}__${table.name}`;
}
