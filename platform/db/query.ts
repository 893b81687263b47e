import type { SqlType, SqlTypes } from "./types.ts";

type Nullable<T extends SqlType> = `${T}?`;
export type ColumnType = SqlType | Nullable<SqlType>;
type ValueOf<T> = T extends Nullable<infer S> ? SqlTypes[S] | null : T extends SqlType ? SqlTypes[T] : never;

export type ParamValues<P extends readonly ColumnType[]> = { readonly [K in keyof P]: ValueOf<P[K]> };
export type RowOf<R extends Record<string, ColumnType>> = { [K in keyof R]: ValueOf<R[K]> };

/**
 * How a statement may touch its tables, checked by explaining it against the migrated schema:
 * `index` no sequential scan of a table that grows, `scan` a bounded or deliberate scan, `write` a data change.
 */
export interface Budget {
  access: "index" | "scan" | "write";
  /** Most rows one execution may return. `many` throws above it, so that an unbounded read is a defect that shows. */
  maxRows: number;
}

export interface Statement<P extends readonly ColumnType[], R extends Record<string, ColumnType>> {
  /** `<slice>.<verb>`, unique in the process; also the name of the prepared statement. */
  readonly name: string;
  /** Lower-case, schema-qualified SQL with `$n` parameters only. */
  readonly text: string;
  readonly params: P;
  readonly row: R;
  readonly budget: Budget;
}
// biome-ignore lint: the registry holds statements of every shape
export type AnyStatement = Statement<readonly ColumnType[], Record<string, ColumnType>>;

const registry = new Map<string, AnyStatement>();

/**
 * Declares a named statement. A column type ending in `?` may be null.
 * @throws if another statement of the process has the name: two statements must not share one prepared name.
 */
export function query<const P extends readonly ColumnType[], const R extends Record<string, ColumnType>>(
  statement: Statement<P, R>,
): Statement<P, R> {
  const known = registry.get(statement.name);
  if (known && known.text !== statement.text) throw new Error(`two statements are named "${statement.name}"`);
  registry.set(statement.name, statement as unknown as AnyStatement);
  return statement;
}

/** Every statement declared by the modules loaded so far; the describe-and-explain test reads it. */
export function listStatements(): readonly AnyStatement[] {
  return [...registry.values()];
}
