import type { Reader } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";

const insert = query({
  name: "catalog.insertImportFile",
  text: "insert into catalog.import_files (id, name, owner_id, object_key, size_bytes) values ($1, $2, $3, $4, $5)",
  params: ["uuid", "text", "uuid", "text", "int8"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});
const ofOwner = query({
  name: "catalog.importFilesOfOwner",
  text: "select f.id, f.name, f.object_key, f.size_bytes from catalog.import_files f where f.id = any($1) and f.owner_id = $2",
  params: ["uuid[]", "uuid"],
  row: { id: "uuid", name: "text", object_key: "text", size_bytes: "int8" },
  budget: { access: "index", maxRows: 2_000 },
});
const prune = query({
  name: "catalog.pruneImportFiles",
  text: "delete from catalog.import_files f where f.created_at < clock_timestamp() - make_interval(days => $1) returning f.object_key",
  params: ["int4"],
  row: { object_key: "text" },
  budget: { access: "write", maxRows: 1_000_000 },
});

export interface ImportFile { readonly id: string; readonly name: string; readonly key: string; readonly size: number }

export async function insertImportFile(db: Reader, file: ImportFile, ownerId: string): Promise<void> {
  await db.execute(insert, [file.id, file.name, ownerId, file.key, BigInt(file.size)]);
}

/** Those of the ids that are the owner's: another's file is not there. */
export async function listImportFiles(db: Reader, ids: readonly string[], ownerId: string): Promise<ImportFile[]> {
  return (await db.many(ofOwner, [ids, ownerId])).map((found) => ({ id: found.id, name: found.name, key: found.object_key, size: Number(found.size_bytes) }));
}

/** Forgets files handed in so long ago; answers what the store need not keep. */
export async function pruneFiles(db: Reader, days: number): Promise<string[]> {
  return (await db.many(prune, [days])).map(({ object_key }) => object_key);
}
