import { mergeStaged, stageFile } from "./loadFile.ts";
import { closeLines, type IngestDeps, NothingCaptured, SOURCES_PREFIX } from "./ingest.ts";
import { quoteIdent } from "../engines/postgres/identifiers.ts";
import { rawName, sameKey, type RawTable } from "../engines/postgres/rawTables.ts";
import type { Tx } from "#platform/db/database.ts";
import type { RowOf } from "#platform/db/query.ts";
import { TableError } from "#platform/tabular/tableError.ts";
import { ensureRawTable } from "./rawTables.ts";
import { listFiles, listQuarantine, lockRawForFiles, moveAppliedPos, openRows, readAppliedPos } from "./statements.ts";

/** What became of the waiting rows of one file. */
export interface RetryReport {
  readonly source: string;
  readonly table: string;
  readonly file: string;
  readonly repaired: number;
  /** A newer version of the key stands in raw: the old one would undo it. */
  readonly superseded: number;
  readonly stillBad: number;
  /** Why the file could not be read again. */
  readonly problem: string | null;
}

/**
 * Tries the rows that wait in quarantine once more, by the mapping as it is now: after the mapping learnt a state, a currency, a format.
 * They are read from their files again, which must still be there as they were. The caller holds the pipeline's lock.
 */
export async function retryQuarantine(deps: IngestDeps, source?: string): Promise<RetryReport[]> {
  const { warehouse } = deps;
  const [state] = await warehouse.many(readAppliedPos, []);
  if (!state) throw new NothingCaptured("the shop has not been captured yet: run the pipeline once, then take files in");
  const pos = state.applied_pos + 1n;
  const waiting = Map.groupBy(await warehouse.many(listQuarantine, [source ?? null, false, 1_000_000]), (row) => row.file_id);
  const files = new Map((await warehouse.many(listFiles, [source ?? null, 100_000])).map((file) => [file.file_id, file]));
  const reports: RetryReport[] = [];
  for (const [fileId, rows] of [...waiting].toSorted(([one], [other]) => (one < other ? -1 : 1))) {
    const file = files.get(fileId);
    if (file?.state === "LOADED") reports.push(await retryFile(deps, file, rows.map(({ line }) => Number(line)), pos));
  }
  return reports;
}

type KnownFile = RowOf<typeof listFiles.row>;

async function retryFile({ warehouse, store, sources, clock }: IngestDeps, file: KnownFile, lines: readonly number[], pos: bigint): Promise<RetryReport> {
  const about = { source: file.source, table: file.table_name, file: file.object_key };
  const failed = (problem: string): RetryReport => ({ ...about, repaired: 0, superseded: 0, stillBad: lines.length, problem });
  const source = sources.find(({ name }) => name === file.source);
  const table = source?.tables.find(({ name }) => name === file.table_name);
  if (!source || !table) return failed("no mapping reads this table any more: dismiss its rows, or bring the mapping back");
  const object = await store.head(`${SOURCES_PREFIX}${file.source}/${file.object_key}`);
  if (!object) return failed("the file is no longer in the object store: put it there again");
  try {
    return await warehouse.tx(async (tx) => {
      await tx.one(lockRawForFiles, []);
      const raw = await ensureRawTable(tx, source, table);
      const staged = await stageFile(tx, store, object, { table, raw, only: new Set(lines) });
      if (staged.sha256 !== file.sha256) return failed("another file lies under this name now: its rows are taken by the next look at the files");
      const superseded = await takeSuperseded(tx, raw, file.pos ?? 0n);
      const written = await mergeStaged(tx, raw, "UPSERT", pos, clock.now());
      const bad = new Set(staged.bad.map(({ line }) => line));
      const repaired = lines.filter((line) => !bad.has(line) && !superseded.includes(line));
      await closeLines(tx, file.file_id, repaired, "REPAIRED");
      await closeLines(tx, file.file_id, superseded, "SUPERSEDED");
      if (staged.bad.length > 0) await tx.execute(openRows, [file.file_id, staged.bad.map(({ line }) => BigInt(line)), staged.bad.map(({ key }) => key ?? ""), staged.bad.map(({ field }) => field ?? ""), staged.bad.map(({ reason }) => reason)]);
      if (written > 0) await tx.execute(moveAppliedPos, [pos, clock.now()]);
      return { ...about, repaired: repaired.length, superseded: superseded.length, stillBad: bad.size, problem: null };
    });
  } catch (error) {
    if (!(error instanceof TableError)) throw error;
    return failed(error.problem);
  }
}

/** Takes rows out of the stage whose key has a version that a later file brought. */
async function takeSuperseded(tx: Tx, raw: RawTable, pos: bigint): Promise<number[]> {
  const { rows } = await tx.raw<{ line: string }>(
    `delete from pg_temp.capture_copy s using ${rawName(raw)} o where ${sameKey(raw, "s", "o")} and o._to_pos is null and o._from_pos > $1::int8 returning s.${quoteIdent("_line")}::text as line`,
    [pos],
  );
  return rows.map(({ line }) => Number(line));
}
