import { createReadStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Clock } from "#platform/clock.ts";
import type { Database } from "#platform/db/database.ts";
import type { ObjectStore } from "#platform/objects/store.ts";
import { readErasureWatermark, readPointer } from "../publish/statements.ts";
import { slotLockKey, type Slot } from "../publish/slots.ts";
import { exportPrefix, LAKE_PREFIX, MANIFEST, type LakeManifest, type LakeTable } from "./manifest.ts";
import { listExportTables } from "./tables.ts";
import { writeParquet, writtenPath } from "./writeParquet.ts";

export interface LakeDeps {
  /** Logs in as martgraph_builder. */
  readonly warehouse: Database;
  readonly store: ObjectStore;
  readonly clock: Clock;
}

export interface LakeOptions {
  readonly signal?: AbortSignal;
  readonly onTable?: (table: LakeTable, seconds: number) => void;
}

/** Nothing is published that could be exported. */
export class NothingToExport extends Error {
  override readonly name = "NothingToExport";
}

/**
 * Exports the published build: every mart and feature table, and raw as of its cut, as Parquet files with a manifest. The slot is held
 * still meanwhile. The manifest comes last, so that an export that broke off is not taken for one.
 * @throws NothingToExport
 */
export async function exportLake({ warehouse, store, clock }: LakeDeps, { signal, onTable }: LakeOptions = {}): Promise<{ prefix: string; manifest: LakeManifest }> {
  const folder = await mkdtemp(join(tmpdir(), "martgraph-lake-"));
  const { DuckDBInstance } = await import("@duckdb/node-api");
  const instance = await DuckDBInstance.create(":memory:", { threads: "2", memory_limit: "1GB", temp_directory: folder });
  try {
    return await warehouse.tx(
      async (tx) => {
        await tx.raw("set local timezone = 'UTC'; set local datestyle = 'ISO'");
        const pointer = await tx.maybeOne(readPointer, []);
        if (!pointer) throw new NothingToExport("nothing is published yet: run the pipeline, then export");
        await tx.raw("select pg_catalog.pg_advisory_xact_lock_shared($1)", [slotLockKey(pointer.slot as Slot)]);
        const again = await tx.maybeOne(readPointer, []);
        if (again?.build_id !== pointer.build_id) throw new NothingToExport("another build was published this very moment: export again");
        const prefix = exportPrefix(clock.now(), pointer.build_id);
        const duck = await instance.connect();
        const tables: LakeTable[] = [];
        for (const table of await listExportTables(tx, pointer.slot as Slot)) {
          signal?.throwIfAborted();
          const started = performance.now();
          const written = await writeParquet(tx, duck, table, folder);
          for (const file of written.files) {
            await store.put(`${prefix}${pathOf(written, file.path)}`, createReadStream(writtenPath(folder, written, file)), { contentType: "application/vnd.apache.parquet" });
          }
          const listed = { ...written, files: written.files.map((file) => ({ ...file, path: pathOf(written, file.path) })) };
          tables.push(listed);
          onTable?.(listed, (performance.now() - started) / 1000);
        }
        duck.closeSync();
        const manifest: LakeManifest = {
          version: 1,
          build: { id: pointer.build_id, asOf: pointer.cut_committed_at.toISOString(), businessAsOf: pointer.business_as_of.toISOString(), cutPos: String(pointer.cut_pos) },
          exportedAt: clock.now().toISOString(),
          tables,
        };
        await store.put(`${prefix}${MANIFEST}`, Buffer.from(`${JSON.stringify(manifest, null, 1)}\n`), { contentType: "application/json" });
        return { prefix, manifest };
      },
      { readOnly: true },
    );
  } finally {
    instance.closeSync();
    await rm(folder, { recursive: true, force: true });
  }
}

const pathOf = (table: LakeTable, file: string) => `${table.layer}/${table.name.toLowerCase()}/${file.toLowerCase()}`;

export interface LakeExport {
  readonly prefix: string;
  /** Undefined where an export broke off. */
  readonly manifest: LakeManifest | undefined;
}

/** All exports, the oldest first. */
export async function listExports(store: ObjectStore): Promise<LakeExport[]> {
  const prefixes = new Map<string, boolean>();
  for await (const { key } of store.list(LAKE_PREFIX)) {
    const prefix = `${LAKE_PREFIX}${key.slice(LAKE_PREFIX.length).split("/")[0]}/`;
    prefixes.set(prefix, (prefixes.get(prefix) ?? false) || key === `${prefix}${MANIFEST}`);
  }
  const exports: LakeExport[] = [];
  for (const [prefix, isWhole] of [...prefixes].toSorted(([one], [other]) => (one < other ? -1 : 1))) exports.push({ prefix, manifest: isWhole ? await readManifest(store, prefix) : undefined });
  return exports;
}

async function readManifest(store: ObjectStore, prefix: string): Promise<LakeManifest | undefined> {
  const stored = await store.get(`${prefix}${MANIFEST}`);
  if (!stored) return undefined;
  const chunks: Buffer[] = [];
  for await (const chunk of stored.body) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString("utf8")) as LakeManifest;
}

/**
 * Removes exports beyond the newest `keep`, those that broke off, and all that were cut before somebody was erased: they may show the person.
 * Answers the prefixes removed. Not to be called while an export is being written.
 */
export async function pruneLake({ warehouse, store }: Pick<LakeDeps, "warehouse" | "store">, keep: number): Promise<string[]> {
  const { pos } = await warehouse.one(readErasureWatermark, []);
  const exports = await listExports(store);
  const kept = new Set(exports.filter(({ manifest }) => manifest && BigInt(manifest.build.cutPos) >= pos).slice(-keep).map(({ prefix }) => prefix));
  const gone = exports.map(({ prefix }) => prefix).filter((prefix) => !kept.has(prefix));
  for (const prefix of gone) {
    // The manifest first: what is half removed is no export.
    await store.delete(`${prefix}${MANIFEST}`);
    for await (const { key } of store.list(prefix)) await store.delete(key);
  }
  return gone;
}
