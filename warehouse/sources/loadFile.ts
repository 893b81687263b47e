import { createHash, type Hash } from "node:crypto";
import { Readable } from "node:stream";
import { RowProblem } from "#schema/mapping/values.ts";
import { holds } from "#schema/mapping/evaluate.ts";
import type { Tx } from "#platform/db/database.ts";
import { isObjectKey, type ObjectInfo, type ObjectStore } from "#platform/objects/store.ts";
import type { ByteSource } from "#platform/tabular/source.ts";
import { TableError } from "#platform/tabular/tableError.ts";
import { createStage, mergeStage } from "../engines/postgres/diffCopy.ts";
import { copyBlocks } from "../engines/postgres/copyText.ts";
import { quoteIdent, quoteIdents } from "../engines/postgres/identifiers.ts";
import { keyColumns, type RawTable } from "../engines/postgres/rawTables.ts";
import type { SourceTable } from "./mapping.ts";
import { readRows } from "./readRows.ts";
import { keyOf, type RawRow, toRow } from "./toRow.ts";

/** A row that is kept out. */
export interface BadRow {
  readonly line: number;
  readonly key: string | undefined;
  readonly field: string | null;
  readonly reason: string;
}

/** What a file came to in the stage. */
export interface Staged {
  readonly sha256: string;
  /** Data rows of the file, good and bad; skipped ones are counted apart. */
  readonly rows: number;
  readonly skipped: number;
  readonly bad: readonly BadRow[];
  readonly unread: readonly string[];
}

/** Bad rows that are kept one by one; a file with more has another fault than its rows. */
const MAX_BAD = 100_000;

/**
 * Reads an object into an empty stage of its table, row by row by the mapping.
 * @param only lines to take, all where not given
 * @throws TableError for a file that cannot be read as the mapping says
 */
export async function stageFile(tx: Tx, store: ObjectStore, object: ObjectInfo, { table, raw, only }: { table: SourceTable; raw: RawTable; only?: ReadonlySet<number> }): Promise<Staged> {
  const stage = await createStage(tx, { ...raw, columns: [...raw.columns, { name: "_line", type: "bigint", isKey: false }] });
  const hash = createHash("sha256");
  const bad: BadRow[] = [];
  const unread = new Set<string>();
  const read = columnsRead(table);
  const counts = { rows: 0, skipped: 0 };
  const onColumns = (names: readonly string[]) => {
    const missing = [...read].filter((name) => !names.includes(name) && !names.includes(name.split(".")[0] as string));
    if (missing.length > 0 && !table.isSparse) throw new TableError(object.key, 1, `the file lacks the column${missing.length > 1 ? "s" : ""} ${missing.map((name) => `"${name}"`).join(", ")}, which the mapping reads: its contract was broken, or the mapping is for other files`);
    for (const name of names) if (![...read].some((one) => one === name || one.startsWith(`${name}.`))) unread.add(name.slice(0, 200));
  };
  const rows = async function* (): AsyncGenerator<RawRow[]> {
    for await (const lines of readRows(hashing(store, object, hash), table.format, onColumns)) {
      const good: RawRow[] = [];
      for (const line of lines) {
        if (only && !only.has(line.line)) continue;
        if (line.problem === undefined && table.where && !holds(table.where, line.cells)) {
          counts.skipped += 1;
          continue;
        }
        counts.rows += 1;
        if (line.problem !== undefined) bad.push({ line: line.line, key: undefined, field: null, reason: line.problem });
        else {
          try {
            good.push([...toRow(table, line.cells), String(line.line)]);
          } catch (error) {
            if (!(error instanceof RowProblem)) throw error;
            bad.push({ line: line.line, key: keyOf(table, line.cells), field: error.field, reason: error.message });
          }
        }
        if (bad.length > MAX_BAD) throw new TableError(object.key, undefined, `more than ${MAX_BAD} rows are bad, the first of them: ${bad[0]?.reason}`);
      }
      yield good;
    }
  };
  const blocks = async function* (): AsyncGenerator<string> {
    for await (const some of rows()) yield* copyBlocks(some);
  };
  await tx.copyFrom(`copy ${stage} (${quoteIdents([...raw.columns.map(({ name }) => name), "_line"])}) from stdin`, Readable.from(blocks()));
  bad.push(...(await takeRepeated(tx, stage, raw)));
  return { sha256: hash.digest("hex"), ...counts, bad: bad.toSorted((one, other) => one.line - other.line), unread: [...unread] };
}

/** Writes what is staged into raw at the position. Answers the versions written. */
export function mergeStaged(tx: Tx, raw: RawTable, mode: SourceTable["mode"], pos: bigint, at: Date): Promise<number> {
  return mergeStage(tx, raw, pos, at.toISOString(), { isComplete: mode === "SNAPSHOT" });
}

/** Of rows that share a key the first is taken: which one is meant nobody can say. */
async function takeRepeated(tx: Tx, stage: string, raw: RawTable): Promise<BadRow[]> {
  const keys = keyColumns(raw).map(({ name }) => quoteIdent(name)).join(", ");
  const { rows } = await tx.raw<{ line: string; first: string; key: string }>(
    `with numbered as (select ctid as place, _line, min(_line) over (partition by ${keys}) as first from ${stage})
     delete from ${stage} s using numbered n where s.ctid = n.place and n._line > n.first
     returning s._line::text as line, n.first::text as first, json_build_array(${keyColumns(raw).map(({ name }) => `s.${quoteIdent(name)}::text`).join(", ")})::text as key`,
  );
  return rows.map(({ line, first, key }) => ({ line: Number(line), key: JSON.stringify(JSON.parse(key)), field: null, reason: `its key stands in line ${first} of the file already` }));
}

function hashing(store: ObjectStore, object: ObjectInfo, hash: Hash): ByteSource {
  return {
    name: object.key,
    size: object.size,
    async open() {
      if (!isObjectKey(object.key)) throw new TableError(object.key, undefined, "its name holds more than lower-case letters, digits and . _ = -, which no object's may: put the file there under another");
      const stored = await store.get(object.key);
      if (!stored) throw new TableError(object.key, undefined, "the file went away while it was to be read");
      return (async function* () {
        for await (const chunk of stored.body as Readable) {
          hash.update(chunk as Uint8Array);
          yield chunk as Uint8Array;
        }
      })();
    },
  };
}

/** The columns of the file that the mapping reads. */
export function columnsRead(table: SourceTable): ReadonlySet<string> {
  const names = new Set<string>();
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) node.forEach(visit);
    else if (node instanceof Map) [...node.values()].forEach(visit);
    else if (node !== null && typeof node === "object" && !(node instanceof Set)) {
      for (const [key, value] of Object.entries(node)) {
        if (key === "column" && typeof value === "string") names.add(value);
        else if (key !== "table" && key !== "pattern") visit(value);
      }
    }
  };
  for (const column of table.columns) visit(column.value);
  visit(table.where);
  return names;
}
