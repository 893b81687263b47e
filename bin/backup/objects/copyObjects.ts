import { createHash, randomUUID } from "node:crypto";
import { link, mkdir, open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Readable } from "node:stream";
import { isObjectKey, type ObjectStore, ObjectsUnavailable } from "#platform/objects/store.ts";
import { SOURCES_PREFIX } from "#warehouse/sources/ingest.ts";
import { BackupError } from "../backupError.ts";
import type { ObjectsIncluded } from "../manifest.ts";
import { leftOutOf } from "./leftOut.ts";
import { type NamedObject, readNamed } from "./namedObjects.ts";
import { bodyPath, faultOf, inBatches, isContentType, type ListedObject, OBJECT_LIST, OBJECTS_DIR, readObjectList, sentence } from "./objectList.ts";

export interface CopyObjects {
  readonly store: ObjectStore;
  /** The backup being written. */
  readonly folder: string;
  /** What rows of the shop name, written by `writeNamed`. */
  readonly named: { readonly file: string; readonly count: number };
  /** The backup before this one on the same disk: bodies that did not change since are linked instead of being copied. */
  readonly previous: string | undefined;
  readonly tell: (note: string) => void;
  readonly signal?: AbortSignal | undefined;
}

const AT_ONCE = 8;
const ATTEMPTS = 3;
/** Missing objects that are named one by one. */
const SHOWN = 100;

interface Wanted extends NamedObject {
  readonly before: ListedObject | undefined;
}

/**
 * Copies the objects that the rows of a copy of the shop name, and the files of sources, into the backup. One that is promised by a row and
 * not there is listed as missing: it was deleted since, or lost before.
 */
export async function copyObjects(request: CopyObjects): Promise<ObjectsIncluded> {
  try {
    return await copyAll(request);
  } catch (error) {
    if (!(error instanceof ObjectsUnavailable)) throw error;
    throw new BackupError(`The objects cannot be read: ${error.message}. Nothing of this backup was kept: take it again, or without objects (--no-objects).`);
  }
}

async function copyAll({ store, folder, named, previous, tell, signal }: CopyObjects): Promise<ObjectsIncluded> {
  await makeFolders(folder);
  const list = await open(join(folder, OBJECT_LIST), "wx", 0o600);
  const missing: string[] = [];
  const counts = { objects: 0, bytes: 0, linked: 0, missing: 0 };
  try {
    const copied = inBatches(wanted(store, named.file, previous), AT_ONCE, async (one) => {
      if (signal?.aborted) throw new BackupError("The backup was stopped; nothing of it was kept.");
      return { one, taken: await takeObject(store, folder, previous, one) };
    });
    for await (const { one, taken } of copied) {
      if (taken) {
        await list.writeFile(`${JSON.stringify(taken.entry)}\n`);
        counts.objects += 1;
        counts.bytes += taken.entry.bytes;
        if (taken.isLinked) counts.linked += 1;
        if (counts.objects % 50 === 0) tell(sentence(counts));
      } else if (one.isPromised) {
        counts.missing += 1;
        if (missing.length < SHOWN) missing.push(one.key);
      }
    }
  } finally {
    await list.close();
  }
  return { included: true, store: store.kind, ...counts, missingKeys: missing, leftOut: await leftOutOf(store, folder) };
}

async function* wanted(store: ObjectStore, namedFile: string, previous: string | undefined): AsyncGenerator<Wanted> {
  const before = lookUp(previous);
  for await (const one of readNamed(namedFile)) yield { ...one, before: await before(one.key) };
  // Their names come last in the alphabet too, so that the earlier list is gone through once.
  for await (const { key } of store.list(SOURCES_PREFIX)) if (isObjectKey(key)) yield { key, isPromised: false, before: await before(key) };
}

/** Finds entries of an earlier list for keys that come in order. */
function lookUp(previous: string | undefined): (key: string) => Promise<ListedObject | undefined> {
  const entries = previous === undefined ? undefined : readObjectList(previous);
  let at: ListedObject | undefined;
  // One without a list, or with a damaged one, only makes this backup copy more.
  const advance = async () => (await entries?.next().catch(() => undefined))?.value ?? undefined;
  let isBegun = false;
  return async (key) => {
    if (!isBegun) at = await advance();
    isBegun = true;
    while (at !== undefined && at.key < key) at = await advance();
    return at?.key === key ? at : undefined;
  };
}

interface Taken {
  readonly entry: ListedObject;
  readonly isLinked: boolean;
}

async function takeObject(store: ObjectStore, folder: string, previous: string | undefined, { key, before }: Wanted): Promise<Taken | undefined> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      if (previous !== undefined && before) {
        const info = await store.head(key);
        if (!info) return undefined;
        const isSame = info.size === before.bytes && info.modifiedAt.toISOString() === before.modifiedAt && info.contentType === before.contentType;
        if (isSame && (await linkBody(previous, folder, before))) return { entry: before, isLinked: true };
      }
      return await copyBody(store, folder, key);
    } catch (error) {
      if (!(error instanceof ObjectsUnavailable)) throw error;
      if (attempt >= ATTEMPTS) throw new ObjectsUnavailable(`${key}: ${error.message}`, { cause: error });
    }
  }
}

/** One for each beginning of a hash. */
async function makeFolders(folder: string): Promise<void> {
  for (let first = 0; first < 256; first += 1) await mkdir(dirname(bodyPath(folder, first.toString(16).padStart(2, "0"))), { recursive: true, mode: 0o700 });
}

/** False where the earlier body is not what it was, or cannot be linked to. */
async function linkBody(previous: string, folder: string, entry: ListedObject): Promise<boolean> {
  if ((await faultOf(previous, entry).catch(() => "cannot be read")) !== undefined) return false;
  const path = bodyPath(folder, entry.sha256);
  return link(bodyPath(previous, entry.sha256), path).then(() => true, (error: NodeJS.ErrnoException) => error.code === "EEXIST");
}

async function copyBody(store: ObjectStore, folder: string, key: string): Promise<Taken | undefined> {
  const stored = await store.get(key);
  if (!stored) return undefined;
  const draft = join(folder, OBJECTS_DIR, `.${randomUUID()}`);
  const hash = createHash("sha256");
  let bytes = 0;
  const handle = await open(draft, "wx", 0o600).catch((error: unknown) => {
    stored.body.destroy();
    throw error;
  });
  try {
    for await (const chunk of stored.body as Readable as AsyncIterable<Uint8Array>) {
      hash.update(chunk);
      bytes += chunk.length;
      await handle.writeFile(chunk);
    }
    await handle.sync();
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
  if (bytes !== stored.size) {
    await rm(draft, { force: true });
    throw new ObjectsUnavailable(`it ended after ${bytes} of ${stored.size} bytes`);
  }
  const entry = { key, bytes, sha256: hash.digest("hex"), contentType: isContentType(stored.contentType) ? stored.contentType : "application/octet-stream", modifiedAt: stored.modifiedAt.toISOString() };
  const path = bodyPath(folder, entry.sha256);
  await rename(draft, path);
  return { entry, isLinked: false };
}
