import { createHash } from "node:crypto";
import { constants, createReadStream } from "node:fs";
import { access, stat, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { type Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type ObjectStore, ObjectsUnavailable } from "#platform/objects/store.ts";
import { BackupError } from "../backupError.ts";
import type { ObjectsIncluded } from "../manifest.ts";
import { bodyPath, inBatches, type ListedObject, readObjectList, sentence } from "./objectList.ts";

const AT_ONCE = 8;
/** Of a file system's 255 bytes, what is left beside the names of drafts and types. */
const MAX_PART = 249;

/** Where objects are to be put, as people know it. */
export interface Target {
  readonly store: ObjectStore;
  /** The folder of a store of files. */
  readonly dir: string | undefined;
}

const nameOf = ({ store, dir }: Target) => (store.kind === "file" ? `the folder ${dir}` : "the bucket");

/**
 * Looks, before anything is touched, whether the objects of a backup can be put into the store: it can be reached and written, has room,
 * can hold their names, and holds nothing else under them. What is there already as it was is fine: a bucket often outlives its shop.
 * @throws BackupError
 */
export async function assertRoomFor(folder: string, { bytes }: ObjectsIncluded, target: Target): Promise<void> {
  const { store, dir } = target;
  if (dir !== undefined) {
    await assertNames(folder);
    await assertWritable(dir, bytes);
  }
  const isEmpty = (await explained(target, () => store.list("")[Symbol.asyncIterator]().next())).done === true;
  if (isEmpty) return;
  for await (const { key, found } of inBatches(readObjectList(folder), AT_ONCE, async (one) => ({ key: one.key, found: await explained(target, () => compare(store, one)) }))) {
    if (found === "other") throw new BackupError(`${key} is in ${nameOf(target)} with another content than in the backup: restore into an empty one, and nothing is overwritten, or leave the objects there as they are with --no-objects.`);
  }
}

export interface ObjectsPut {
  readonly objects: number;
  readonly bytes: number;
  /** Of them, there already as they were. */
  readonly found: number;
}

/** Puts the objects of a backup that was checked into the store, each whole or not at all. @throws BackupError */
export async function putObjects(folder: string, target: Target, { tell, signal }: { tell: (note: string) => void; signal?: AbortSignal | undefined }): Promise<ObjectsPut> {
  const counts = { objects: 0, bytes: 0, found: 0 };
  const put = inBatches(readObjectList(folder), AT_ONCE, async (entry) => {
    if (signal?.aborted) throw new BackupError("The restore was stopped. Empty its data directory, and restore again.");
    const isThere = (await explained(target, () => compare(target.store, entry))) === "same";
    if (!isThere) await explained(target, () => putObject(folder, target.store, entry));
    return { bytes: entry.bytes, isThere };
  });
  for await (const { bytes, isThere } of put) {
    counts.objects += 1;
    counts.bytes += bytes;
    if (isThere) counts.found += 1;
    if (counts.objects % 50 === 0) tell(sentence(counts));
  }
  return counts;
}

/** The body is hashed once more on its way: what changed since it was checked is not put. */
async function putObject(folder: string, store: ObjectStore, { key, sha256, bytes, contentType }: ListedObject): Promise<void> {
  const hash = createHash("sha256");
  const source = createReadStream(bodyPath(folder, sha256));
  const body = new Transform({
    transform: (chunk: Uint8Array, _encoding, done) => {
      hash.update(chunk);
      done(null, chunk);
    },
    flush: (done) => done(hash.digest("hex") === sha256 ? null : new BackupError(`The object ${key} changed in the backup while it was put back. Take another copy of the backup.`)),
  });
  // What goes wrong on either side ends the other; the store tells of it.
  const sending = pipeline(source, body).catch(() => {});
  try {
    await store.put(key, body, { contentType, size: bytes });
  } finally {
    body.destroy();
    await sending;
  }
}

async function compare(store: ObjectStore, { key, bytes, sha256 }: ListedObject): Promise<"none" | "same" | "other"> {
  const info = await store.head(key);
  if (!info) return "none";
  if (info.size !== bytes) return "other";
  const stored = await store.get(key);
  if (!stored) return "none";
  const hash = createHash("sha256");
  for await (const chunk of stored.body as Readable as AsyncIterable<Uint8Array>) hash.update(chunk);
  return hash.digest("hex") === sha256 ? "same" : "other";
}

async function explained<T>(target: Target, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ObjectsUnavailable)) throw error;
    throw new BackupError(`The objects cannot be put into ${nameOf(target)}: ${error.message}. See to it that it can be reached and written and has room, and restore again, into an empty data directory; or leave the objects out with --no-objects.`);
  }
}

/** A bucket takes names that files cannot have. */
async function assertNames(folder: string): Promise<void> {
  /** Keys that the present one begins with. */
  const shorter: string[] = [];
  for await (const { key } of readObjectList(folder)) {
    while (shorter.length > 0 && !key.startsWith(shorter.at(-1) as string)) shorter.pop();
    const above = shorter.find((one) => key.startsWith(`${one}/`));
    shorter.push(key);
    if (above !== undefined || key.split("/").some((part) => part.length > MAX_PART)) {
      throw new BackupError(`The object ${key} was in a bucket and cannot be a file${above === undefined ? ", whose name is shorter" : `: ${above} is one already`}. Set the bucket to restore into (MARTGRAPH_S3_BUCKET), or leave the objects out with --no-objects.`);
    }
  }
}

async function assertWritable(dir: string, bytes: number): Promise<void> {
  let existing = dir;
  while ((await stat(existing).catch(() => undefined)) === undefined && dirname(existing) !== existing) existing = dirname(existing);
  if (!(await stat(existing)).isDirectory() || (await access(existing, constants.W_OK).then(() => false, () => true))) throw new BackupError(`The objects cannot be put into the folder ${dir}: ${existing} cannot be written. Choose another with --data-dir.`);
  const { bavail, bsize } = await statfs(existing);
  if (bavail * bsize < bytes) throw new BackupError(`The objects have ${(bytes / 1_048_576).toFixed(1)} MB and the disk of ${existing} has room for ${((bavail * bsize) / 1_048_576).toFixed(1)} MB: make room, or choose another with --data-dir.`);
}
