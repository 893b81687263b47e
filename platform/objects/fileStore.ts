import { createReadStream } from "node:fs";
import { mkdir, open, readdir, readFile, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join, sep } from "node:path";
import { randomUUID } from "node:crypto";
import { Readable } from "node:stream";
import { type UploadSigner } from "./uploads.ts";
import { assertKey, type ObjectInfo, type ObjectStore, ObjectsUnavailable, ObjectTooLarge } from "./store.ts";

export interface FileStoreOptions {
  /** Made where it is missing, for its owner alone. */
  readonly dir: string;
  /** Signs addresses at which the gateway takes bodies. Without one nothing can be presigned. */
  readonly uploads?: UploadSigner;
}

/** Beside the bodies, what a file system does not keep. No key has a part that begins with a dot. */
const typeFile = (path: string) => join(dirname(path), `.${path.slice(dirname(path).length + 1)}.type`);

/** Objects as files. A body is written beside its place and moved there: readers see the old one or the new one, a crash leaves a draft that is not listed. */
export function createFileStore({ dir, uploads }: FileStoreOptions): ObjectStore {
  const pathOf = (key: string): string => {
    assertKey(key);
    return join(dir, key);
  };

  const head = async (key: string) => infoAt(pathOf(key), key);

  async function infoAt(path: string, key: string): Promise<ObjectInfo | undefined> {
    const [found, contentType] = await Promise.all([orMissing(stat(path)), orMissing(readFile(typeFile(path), "utf8"))]);
    return found?.isFile() ? { key, size: found.size, contentType: contentType ?? "application/octet-stream", modifiedAt: found.mtime } : undefined;
  }

  return {
    kind: "file",
    head,
    async put(key, body, { contentType, maxBytes = Number.POSITIVE_INFINITY }) {
      const path = pathOf(key);
      const draft = join(dirname(path), `.${randomUUID()}.draft`);
      try {
        await mkdir(dirname(path), { recursive: true, mode: 0o700 });
        await writeDraft(draft, body, maxBytes);
        await writeFile(typeFile(path), contentType, { mode: 0o600 });
        await rename(draft, path);
      } catch (error) {
        await rm(draft, { force: true });
        throw explained(error);
      }
      return (await head(key)) as ObjectInfo;
    },
    async get(key) {
      const info = await head(key);
      if (!info) return undefined;
      const file = await orMissing(open(pathOf(key), "r"));
      return file && { ...info, body: createReadStream("", { fd: file }) };
    },
    async delete(key) {
      const path = pathOf(key);
      await Promise.all([rm(path, { force: true }), rm(typeFile(path), { force: true })]);
    },
    async *list(prefix) {
      for await (const key of keysUnder(dir, prefix)) {
        const info = await infoAt(join(dir, key), key);
        if (info) yield info;
      }
    },
    async presignPut(key, options) {
      assertKey(key);
      if (!uploads) throw new Error("this store of files was opened without a signer of uploads");
      return uploads.sign(key, options);
    },
    close: async () => {},
  };
}

async function writeDraft(path: string, body: Uint8Array | Readable, maxBytes: number): Promise<void> {
  const file = await open(path, "wx", 0o600);
  try {
    let size = 0;
    for await (const chunk of body instanceof Readable ? (body as AsyncIterable<Uint8Array>) : [body]) {
      size += chunk.length;
      if (size > maxBytes) throw new ObjectTooLarge(`the object is longer than ${maxBytes} bytes`);
      await file.writeFile(chunk);
    }
    await file.sync();
  } finally {
    await file.close();
  }
}

/**
 * What lies there, in the order of keys, one folder in memory at a time; names that are no keys too, as a bucket lists them. Links are
 * followed as reading follows them, but never in a circle.
 * @param trail folders that links have led into on the way
 */
async function* keysUnder(dir: string, prefix: string, folder = "", trail: readonly string[] = []): AsyncGenerator<string> {
  const here = join(dir, folder);
  const found: { key: string; order: string; isFolder: boolean; isLink: boolean }[] = [];
  for (const entry of (await orMissing(readdir(here, { withFileTypes: true }))) ?? []) {
    if (entry.name.startsWith(".")) continue;
    const isLink = entry.isSymbolicLink();
    const isFolder = isLink ? (await orMissing(stat(join(here, entry.name))))?.isDirectory() === true : entry.isDirectory();
    const key = folder === "" ? entry.name : `${folder}/${entry.name}`;
    found.push({ key, order: isFolder ? `${entry.name}/` : entry.name, isFolder, isLink });
  }
  for (const { key, isFolder, isLink } of found.sort((one, other) => (one.order < other.order ? -1 : 1))) {
    if (!isFolder) {
      if (key.startsWith(prefix)) yield key;
    } else if (`${key}/`.startsWith(prefix) || prefix.startsWith(`${key}/`)) {
      const target = isLink ? await orMissing(realpath(join(dir, key))) : undefined;
      if (target === undefined) yield* keysUnder(dir, prefix, key, trail);
      else if (!trail.includes(target) && !`${await realpath(here)}${sep}`.startsWith(`${target}${sep}`)) yield* keysUnder(dir, prefix, key, [...trail, target]);
    }
  }
}

async function orMissing<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (["ENOENT", "ENOTDIR", "ELOOP"].includes((error as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw explained(error);
  }
}

function explained(error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  return code !== undefined && ["EACCES", "EROFS", "EPERM", "ENOSPC", "EDQUOT", "EIO"].includes(code) ? new ObjectsUnavailable(`the folder of objects cannot be written or read (${code})`, { cause: error }) : error;
}
