import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, stat } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { z } from "zod";
import { isObjectKey } from "#platform/objects/store.ts";
import { BackupError } from "../backupError.ts";

/** What a header can say; others could put anything there. */
export const isContentType = (text: string): boolean => /^[\x20-\x7e]{1,255}$/.test(text);

/** An object in a backup: a line of its list. */
const entry = z.strictObject({
  key: z.string().refine(isObjectKey),
  bytes: z.number().int().nonnegative(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  contentType: z.string().refine(isContentType),
  modifiedAt: z.iso.datetime(),
});

export type ListedObject = Readonly<z.infer<typeof entry>>;

export const OBJECT_LIST = "objects.jsonl";
export const OBJECTS_DIR = "objects";

/** Bodies lie under the hash of what is in them: no name of an object is ever a path, and what is there twice is kept once. */
export const bodyPath = (folder: string, sha256: string): string => join(folder, OBJECTS_DIR, sha256.slice(0, 2), sha256);

/** The list of a backup, line by line. @throws BackupError at a line that names no object */
export async function* readObjectList(folder: string): AsyncGenerator<ListedObject> {
  const handle = await open(join(folder, OBJECT_LIST), "r");
  let line = 0;
  try {
    for await (const text of handle.readLines()) {
      line += 1;
      const parsed = entry.safeParse(jsonOf(text));
      if (!parsed.success) throw new BackupError(`The backup in ${folder} is damaged: line ${line} of ${OBJECT_LIST} describes no object. Take another backup, or another copy of this one.`);
      yield parsed.data;
    }
  } finally {
    await handle.close().catch(() => {});
  }
}

/** `1,204 objects, 83.1 MB`. */
export const sentence = ({ objects, bytes, linked }: { objects: number; bytes: number; linked?: number }): string =>
  `${objects.toLocaleString("en-GB")} object${objects === 1 ? "" : "s"}, ${(bytes / 1_048_576).toFixed(1)} MB${linked ? `, ${linked.toLocaleString("en-GB")} as in the backup before` : ""}`;

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export async function sha256OfFile(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}

/** What is wrong with the body of an object in a backup; undefined where nothing is. */
export async function faultOf(folder: string, { bytes, sha256 }: ListedObject): Promise<string | undefined> {
  const path = bodyPath(folder, sha256);
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile()) return "is missing";
  if (found.size !== bytes) return `has ${found.size} bytes and had ${bytes} when it was made`;
  return (await sha256OfFile(path)) === sha256 ? undefined : "does not have the content it was made with";
}

/** Works on the items some at a time, and hands the results on in the order of the items. The first failure is thrown when all that was begun has ended. */
export async function* inBatches<T, R>(items: AsyncIterable<T>, size: number, work: (item: T) => Promise<R>): AsyncGenerator<R> {
  let batch: T[] = [];
  const done = async () => {
    const results = await Promise.allSettled(batch.map(work));
    batch = [];
    return results.map((result) => {
      if (result.status === "rejected") throw result.reason;
      return result.value;
    });
  };
  for await (const item of items) if (batch.push(item) >= size) yield* await done();
  if (batch.length > 0) yield* await done();
}
