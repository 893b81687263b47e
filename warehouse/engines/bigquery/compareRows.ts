import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CanonicalRow, differingKeys, keyHash, keyText, RowDigests } from "./rowDigests.ts";

export type { CanonicalRow } from "./rowDigests.ts";

/** A value that differs, or a row that one engine lacks (`column` null). */
export interface Difference {
  key: string;
  column: string | null;
  postgres: string | null;
  bigquery: string | null;
}

export interface TableDifferences {
  rows: { postgres: number; bigquery: number };
  /** Over the hashes of all rows; the same where the tables are. */
  hash: { postgres: string; bigquery: string };
  /** Rows that differ or that one engine lacks. */
  differing: number;
  /** The first of them. */
  differences: readonly Difference[];
}

/** Hands over each row of a table, in any order; asked again, the same ones. */
export type RowSource = (take: (row: CanonicalRow) => void) => Promise<void>;

const SHOWN = 20;
/** Rows that are looked at again where a key is none and stands for very many. */
const MOST_AGAIN = 1_000;

/**
 * Compares two tables row by row: rows are met by their key, every other column has to be equal. A key that stands twice in one
 * engine is met as often as it stands in the other. What is held in memory does not grow with the tables, until hundreds of millions
 * of rows: hashes go into files, and where some differ, both tables are read once more for the values of the first.
 */
export async function compareRows(key: readonly string[], postgres: RowSource, bigquery: RowSource): Promise<TableDifferences> {
  const dir = await mkdtemp(join(tmpdir(), "martgraph-compared-"));
  try {
    const ours = new RowDigests(dir, "postgres", key);
    await postgres((row) => ours.add(row));
    const theirs = new RowDigests(dir, "bigquery", key);
    await bigquery((row) => theirs.add(row));
    const { differing, keys } = differingKeys(ours, theirs, SHOWN);
    const differences = differing === 0 ? [] : await shownDifferences(key, keys, postgres, bigquery);
    return { rows: { postgres: ours.rows, bigquery: theirs.rows }, hash: { postgres: ours.hash, bigquery: theirs.hash }, differing, differences };
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

async function shownDifferences(key: readonly string[], keys: ReadonlySet<string>, postgres: RowSource, bigquery: RowSource): Promise<Difference[]> {
  const pick = async (source: RowSource) => {
    const rows: CanonicalRow[] = [];
    await source((row) => {
      if (rows.length < MOST_AGAIN && keys.has(keyHash(keyText(key, row)))) rows.push(row);
    });
    return rows;
  };
  return differencesOf(key, await pick(postgres), await pick(bigquery)).slice(0, SHOWN);
}

/** Key, column and both values of what differs between a few rows. */
function differencesOf(key: readonly string[], postgres: readonly CanonicalRow[], bigquery: readonly CanonicalRow[]): Difference[] {
  const wholeOf = (row: CanonicalRow) => JSON.stringify([...row.values()]);
  const theirs = new Map<string, CanonicalRow[]>();
  for (const row of bigquery) theirs.set(keyText(key, row), [...(theirs.get(keyText(key, row)) ?? []), row]);
  // Of several rows with one key those that are equal are met first.
  const unmet = postgres.filter((row) => {
    const same = theirs.get(keyText(key, row)) ?? [];
    const at = same.findIndex((other) => wholeOf(other) === wholeOf(row));
    if (at >= 0) same.splice(at, 1);
    return at < 0;
  });
  const differences: Difference[] = [];
  for (const row of unmet) {
    const name = keyText(key, row);
    const other = theirs.get(name)?.shift();
    if (!other) differences.push({ key: name, column: null, postgres: "there", bigquery: null });
    else for (const [column, value] of row) if (value !== other.get(column)) differences.push({ key: name, column, postgres: value, bigquery: other.get(column) ?? null });
  }
  for (const [name, rows] of theirs) for (const _ of rows) differences.push({ key: name, column: null, postgres: null, bigquery: "there" });
  return differences;
}
