import { createHash } from "node:crypto";

/** A value that differs, or a row that one engine lacks (`column` null). */
export interface Difference {
  key: string;
  column: string | null;
  postgres: string | null;
  bigquery: string | null;
}

export interface TableDifferences {
  rows: { postgres: number; bigquery: number };
  /** SHA-256 over the sorted hashes of the rows; the same where the tables are. */
  hash: { postgres: string; bigquery: string };
  /** Rows that differ or that one engine lacks. */
  differing: number;
  /** The first of them. */
  differences: readonly Difference[];
}

/** Values in canonical form, by column. */
export type CanonicalRow = ReadonlyMap<string, string | null>;

const SHOWN = 20;

/**
 * Compares two tables row by row: rows are met by their key, every other column has to be equal. A key that stands twice in one
 * engine is met as often as it stands in the other.
 */
export function rowDifferences(key: readonly string[], postgres: Iterable<CanonicalRow>, bigquery: Iterable<CanonicalRow>): TableDifferences {
  const nameOf = (row: CanonicalRow) => JSON.stringify(key.map((name) => row.get(name) ?? null));
  const hashes = { postgres: [] as string[], bigquery: [] as string[] };
  const theirs = new Map<string, CanonicalRow[]>();
  for (const row of bigquery) {
    hashes.bigquery.push(hashOf(row));
    const name = nameOf(row);
    const known = theirs.get(name);
    if (known) known.push(row);
    else theirs.set(name, [row]);
  }
  const differences: Difference[] = [];
  let differing = 0;
  const tell = (difference: Difference) => differences.length < SHOWN && differences.push(difference);
  for (const row of postgres) {
    hashes.postgres.push(hashOf(row));
    const name = nameOf(row);
    const other = theirs.get(name)?.shift();
    if (!other) {
      differing += 1;
      tell({ key: name, column: null, postgres: "there", bigquery: null });
      continue;
    }
    const unequal = [...row.keys()].filter((column) => row.get(column) !== other.get(column));
    if (unequal.length > 0) differing += 1;
    for (const column of unequal) tell({ key: name, column, postgres: row.get(column) ?? null, bigquery: other.get(column) ?? null });
  }
  for (const [name, rows] of theirs) {
    differing += rows.length;
    for (const _ of rows) tell({ key: name, column: null, postgres: null, bigquery: "there" });
  }
  return { rows: { postgres: hashes.postgres.length, bigquery: hashes.bigquery.length }, hash: { postgres: total(hashes.postgres), bigquery: total(hashes.bigquery) }, differing, differences };
}

function hashOf(row: CanonicalRow): string {
  return createHash("sha256").update(JSON.stringify([...row.values()])).digest("base64");
}

const total = (hashes: string[]) => createHash("sha256").update(hashes.sort().join("\n")).digest("hex");
