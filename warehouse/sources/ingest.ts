import { createHash } from "node:crypto";
import type { Readable } from "node:stream";
import type { Clock } from "#platform/clock.ts";
import type { Database, Tx } from "#platform/db/database.ts";
import type { Log } from "#platform/log.ts";
import { isObjectKey, type ObjectInfo, type ObjectStore } from "#platform/objects/store.ts";
import { TableError } from "#platform/tabular/tableError.ts";
import { matchesPattern } from "#platform/tabular/mapping/matchesPattern.ts";
import { mergeStaged, type Staged, stageFile } from "./loadFile.ts";
import type { FileSource, SourceTable } from "./mapping.ts";
import { ensureRawTable, SourceMoved } from "./rawTables.ts";
import { closeOtherRows, closeRows, listFiles, lockRawForFiles, moveAppliedPos, openRows, readAppliedPos, saveFile, touchFile } from "./statements.ts";

/** Where files of sources lie in the object store: `sources/<source>/<path>`. */
export const SOURCES_PREFIX = "sources/";

export interface IngestDeps {
  /** Logs in as martgraph_loader. */
  readonly warehouse: Database;
  readonly store: ObjectStore;
  readonly sources: readonly FileSource[];
  readonly clock: Clock;
  readonly log: Log;
}

export type FileState = "LOADED" | "HELD" | "REFUSED";

/** What became of one file. */
export interface FileReport {
  readonly fileId: string;
  readonly source: string;
  readonly table: string;
  readonly file: string;
  readonly state: FileState;
  readonly rows: number;
  /** New or changed in raw. */
  readonly written: number;
  readonly skipped: number;
  readonly quarantined: number;
  /** Why it was held or refused. */
  readonly problem: string | null;
  /** Columns that the mapping does not read: perhaps the source grew. */
  readonly unread: readonly string[];
  readonly seconds: number;
}

export interface IngestOptions {
  readonly signal?: AbortSignal;
  readonly onFile?: (report: FileReport) => void;
  /** Of this source alone. */
  readonly source?: string;
  /** Takes files whose share of bad rows is beyond what their mapping tolerates; they are quarantined like others. */
  readonly accept?: ReadonlySet<string>;
}

/** The shop was not captured yet: files have no place among its changes. */
export class NothingCaptured extends Error {
  override readonly name = "NothingCaptured";
}

/**
 * Takes new and changed files of the sources into raw: each in one transaction, once. The caller holds the pipeline's lock and has just
 * let capture catch up: all files of a call share the position behind the shop's last change, which no build has been cut at.
 * A file that cannot be taken keeps no other from being taken; its report says why.
 */
export async function ingestFiles(deps: IngestDeps, { signal, onFile, source: only, accept = new Set() }: IngestOptions = {}): Promise<FileReport[]> {
  const { warehouse, sources, store, log } = deps;
  const reports: FileReport[] = [];
  const wanted = sources.filter(({ name }) => only === undefined || name === only);
  await ensureTables(deps, wanted);
  const known = new Map((await warehouse.many(listFiles, [only ?? null, 100_000])).map((row) => [`${row.source}/${row.table_name}/${row.object_key}`, row] as const).toReversed());
  let pos: bigint | undefined;
  for (const source of wanted) {
    for await (const object of store.list(`${SOURCES_PREFIX}${source.name}/`)) {
      signal?.throwIfAborted();
      const path = object.key.slice(SOURCES_PREFIX.length + source.name.length + 1);
      const tables = source.tables.filter((table) => table.files.some((pattern) => matchesPattern(pattern, path)));
      if (tables.length === 0) log.warn({ source: source.name, file: path }, "no table of the mapping reads this file");
      for (const table of tables) {
        const before = known.get(`${source.name}/${table.name}/${path}`);
        const isSame = before && before.bytes === BigInt(object.size) && before.modified_at.getTime() === object.modifiedAt.getTime();
        if (isSame && (before.state === "LOADED" || (before.mapping_hash === source.hash && !accept.has(path)))) continue;
        pos ??= await nextPosition(warehouse);
        const report = await ingestFile(deps, source, table, object, path, pos, accept.has(path));
        if (!report) continue;
        reports.push(report);
        onFile?.(report);
      }
    }
  }
  return reports;
}

/** Makes what mappings name in raw, so that the models find their tables before a first file came. @throws SourceMoved */
async function ensureTables({ warehouse }: IngestDeps, sources: readonly FileSource[]): Promise<void> {
  await warehouse.tx(async (tx) => {
    await tx.one(lockRawForFiles, []);
    for (const source of sources) for (const table of source.tables) await ensureRawTable(tx, source, table);
  });
}

async function nextPosition(warehouse: Database): Promise<bigint> {
  const [state] = await warehouse.many(readAppliedPos, []);
  if (!state) throw new NothingCaptured("the shop has not been captured yet: run the pipeline once, then take files in");
  return state.applied_pos + 1n;
}

/** Undefined when the bytes were loaded before. */
async function ingestFile(deps: IngestDeps, source: FileSource, table: SourceTable, object: ObjectInfo, path: string, pos: bigint, accepts: boolean): Promise<FileReport | undefined> {
  const { warehouse, store, clock } = deps;
  const started = performance.now();
  const about = { source: source.name, table: table.name, file: path } as const;
  const save = async (db: Pick<Tx, "one">, sha256: string, state: FileState, problem: string | null, staged: Staged | undefined, written: number) =>
    (await db.one(saveFile, [source.name, table.name, path, sha256, BigInt(object.size), object.modifiedAt, state, problem, source.hash, BigInt(staged?.rows ?? 0), BigInt(written), BigInt(staged?.skipped ?? 0), staged?.unread ?? [], state === "LOADED" ? pos : null])).file_id;
  try {
    return await warehouse.tx(async (tx) => {
      await tx.one(lockRawForFiles, []);
      const raw = await ensureRawTable(tx, source, table);
      const staged = await stageFile(tx, store, object, { table, raw });
      const same = (await tx.many(listFiles, [source.name, 100_000])).find((row) => row.table_name === table.name && row.object_key === path && row.sha256 === staged.sha256 && row.state === "LOADED");
      if (same) {
        await tx.execute(touchFile, [same.file_id, object.modifiedAt, BigInt(object.size)]);
        return undefined;
      }
      const share = staged.rows === 0 ? 0 : staged.bad.length / staged.rows;
      const isHeld = share > table.tolerate && !accepts;
      const problem = isHeld ? `${staged.bad.length} of ${staged.rows} rows are bad, more than the ${percent(table.tolerate)} that the mapping tolerates; nothing of the file is loaded. Mend the file or the mapping, or accept it as it is` : null;
      const written = isHeld ? 0 : await mergeStaged(tx, raw, table.mode, pos, clock.now());
      const fileId = await save(tx, staged.sha256, isHeld ? "HELD" : "LOADED", problem, staged, written);
      if (staged.bad.length > 0) await tx.execute(openRows, [fileId, staged.bad.map(({ line }) => line), staged.bad.map(({ key }) => key ?? ""), staged.bad.map(({ field }) => field ?? ""), staged.bad.map(({ reason }) => reason)]);
      if (!isHeld) {
        // The file was held or refused before, and its rows waited: those that the mapping understands by now are in raw.
        await tx.execute(closeOtherRows, [fileId, staged.bad.map(({ line }) => BigInt(line))]);
        await closeRepaired(tx, about, fileId, raw.columns.filter(({ isKey }) => isKey).map(({ name }) => name));
        if (written > 0) await tx.execute(moveAppliedPos, [pos, clock.now()]);
      }
      return { ...about, fileId: String(fileId), state: isHeld ? "HELD" : "LOADED", rows: staged.rows, written, skipped: staged.skipped, quarantined: staged.bad.length, problem, unread: staged.unread, seconds: (performance.now() - started) / 1000 };
    });
  } catch (error) {
    if (!(error instanceof TableError) && !(error instanceof SourceMoved)) throw error;
    const problem = error instanceof TableError ? `${error.line === undefined ? "" : `line ${error.line}: `}${error.problem}` : error.message;
    const fileId = await save(warehouse, await hashOf(store, object.key), "REFUSED", problem, undefined, 0);
    return { ...about, fileId: String(fileId), state: "REFUSED", rows: 0, written: 0, skipped: 0, quarantined: 0, problem, unread: [], seconds: (performance.now() - started) / 1000 };
  }
}

/** Rows of earlier files that wait are settled by a file that brings their key. */
export async function closeRepaired(tx: Tx, { source, table }: { source: string; table: string }, fileId: bigint, keys: readonly string[]): Promise<void> {
  const text = keys.map((name) => `s."${name}"::text`).join(", ");
  await tx.raw(
    `update raw._quarantine q set state = 'REPAIRED', closed_at = now()
      from raw._files f, (select json_build_array(${text})::jsonb as key from pg_temp.capture_copy s) here
      where f.file_id = q.file_id and f.source = $1 and f.table_name = $2 and q.file_id <> $3 and q.state = 'OPEN' and q.row_key::jsonb = here.key`,
    [source, table, fileId],
  );
}

export async function closeLines(tx: Tx, fileId: bigint, lines: readonly number[], state: "REPAIRED" | "SUPERSEDED"): Promise<void> {
  if (lines.length > 0) await tx.execute(closeRows, [fileId, lines, state]);
}

async function hashOf(store: ObjectStore, key: string): Promise<string> {
  const hash = createHash("sha256");
  const stored = isObjectKey(key) ? await store.get(key) : undefined;
  if (stored) for await (const chunk of stored.body as Readable) hash.update(chunk as Uint8Array);
  return hash.digest("hex");
}

const percent = (share: number) => `${Number((share * 100).toFixed(2))} %`;
