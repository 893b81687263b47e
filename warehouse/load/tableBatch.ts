import type { KeyAt, RawVersion } from "../engines/postgres/mergeVersions.ts";
import type { RawTable } from "../engines/postgres/rawTables.ts";
import type { Value } from "../extract/pgoutput.ts";

export interface ChangeAt {
  pos: bigint;
  committedAt: string;
}

/**
 * The changes of one table inside a batch, as versions: several versions of one key are chained by position, what one
 * transaction does to a key more than once is one version. Rows are in the order of the raw table's columns.
 */
export class TableBatch {
  readonly table: RawTable;
  readonly versions: RawVersion[] = [];
  /** For each key the first position at which its open version in raw ends. */
  readonly closes: KeyAt[] = [];
  changes = 0;
  readonly #keyIndexes: number[];
  readonly #last = new Map<string, RawVersion>();

  constructor(table: RawTable) {
    this.table = table;
    this.#keyIndexes = table.columns.flatMap(({ isKey }, index) => (isKey ? [index] : []));
  }

  insert(row: Value[], at: ChangeAt): void {
    this.#put({ op: "c", values: row, ...at, toPos: null, fillFrom: undefined });
  }

  update(old: Value[] | undefined, row: Value[], at: ChangeAt): void {
    if (old) {
      // A key that is stored apart comes in the old row alone; under replica identity full that goes for every column.
      row.forEach((value, index) => {
        if (value === undefined && old[index] !== null) row[index] = old[index];
      });
    }
    const oldKey = this.#keyOf(old ?? row);
    const prior = this.#last.get(join(oldKey));
    let fillFrom: readonly string[] | undefined;
    if (row.includes(undefined)) {
      row.forEach((value, index) => {
        if (value === undefined && prior) row[index] = prior.values[index];
      });
      if (row.includes(undefined)) fillFrom = prior ? prior.fillFrom : oldKey;
    }
    if (old && join(oldKey) !== join(this.#keyOf(row))) this.delete(old, at, false);
    this.#put({ op: "u", values: row, ...at, toPos: null, fillFrom });
  }

  delete(old: Value[], at: ChangeAt, counted = true): void {
    const values: Value[] = this.table.columns.map(({ isKey }, index) => (isKey ? (old[index] ?? null) : null));
    this.#put({ op: "d", values, ...at, toPos: null, fillFrom: undefined }, counted);
  }

  #put(version: RawVersion, counted = true): void {
    if (counted) this.changes += 1;
    const key = this.#keyOf(version.values);
    const name = join(key);
    const prior = this.#last.get(name);
    if (prior?.pos === version.pos) {
      Object.assign(prior, version, { op: mergedOp(prior.op, version.op) });
      return;
    }
    if (prior) prior.toPos = version.pos;
    else this.closes.push({ key, pos: version.pos });
    this.versions.push(version);
    this.#last.set(name, version);
  }

  #keyOf(row: readonly Value[]): string[] {
    return this.#keyIndexes.map((index) => {
      const value = row[index];
      if (value === null || value === undefined) throw new Error(`a change of raw.${this.table.rawTable} came without its key`);
      return value;
    });
  }
}

function join(key: readonly string[]): string {
  return key.length === 1 ? (key[0] ?? "") : key.join("\u0000");
}

function mergedOp(first: RawVersion["op"], then: RawVersion["op"]): RawVersion["op"] {
  if (then === "d") return "d";
  return first === "c" ? "c" : "u";
}
