import { createHash } from "node:crypto";
import { open, readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { BackupError } from "./backupError.ts";
import { checkObjects } from "./objects/checkObjects.ts";
import { OBJECT_LIST, sha256OfFile } from "./objects/objectList.ts";

export const FILES = {
  manifest: "manifest.json", seal: "manifest.sha256", shop: "shop.dump", warehouse: "warehouse.dump", erasures: "erasures.txt", secrets: "secrets.sealed", objects: OBJECT_LIST,
} as const;

const leftOut = z.object({ what: z.enum(["lake", "unnamed", "foreign"]), why: z.string(), objects: z.number(), bytes: z.number(), examples: z.array(z.string()) });
const included = z.object({
  included: z.literal(true),
  store: z.enum(["file", "s3"]),
  objects: z.number(),
  bytes: z.number(),
  /** Of them, as in the backup before: their bodies are shared with it where they lie on one disk. */
  linked: z.number(),
  /** Promised by a row of the shop and not in the store when the objects were copied. */
  missing: z.number(),
  /** The first of them. */
  missingKeys: z.array(z.string()),
  leftOut: z.array(leftOut),
});
const notIncluded = z.object({ included: z.literal(false), store: z.enum(["file", "s3"]), why: z.string() });

const schema = z.object({
  /** 1 knew nothing of objects. */
  version: z.union([z.literal(1), z.literal(2)]),
  /** When the warehouse was begun to be read; the shop holds all that had been acknowledged by then, and more. */
  startedAt: z.string(),
  finishedAt: z.string(),
  serverVersion: z.string(),
  shop: z.object({ migrations: z.array(z.string()), orders: z.number() }),
  warehouse: z.object({ migrations: z.array(z.string()), appliedPos: z.string().nullable(), publishedBuild: z.string().nullable() }),
  /** SHA-256 of the key that seals what the shop stores secretly: tells whether an installation's key fits, and not what it is. */
  dataKeySha256: z.string(),
  /** Each object has a line in objects.jsonl. */
  objects: z.discriminatedUnion("included", [included, notIncluded]).optional(),
  files: z.array(z.object({ name: z.enum(Object.values(FILES)), bytes: z.number(), sha256: z.string() })),
});

export type Manifest = z.infer<typeof schema>;
export type ObjectsIncluded = z.infer<typeof included>;

/** Size and digest of a file, which is on the disk by then. */
export async function describeFile(folder: string, name: Manifest["files"][number]["name"]): Promise<Manifest["files"][number]> {
  const file = join(folder, name);
  const handle = await open(file, "r");
  await handle.sync().finally(() => handle.close());
  return { name, bytes: (await stat(file)).size, sha256: await sha256OfFile(file) };
}

/**
 * Reads a backup's manifest and holds every file, and every object, against it.
 * @param tell is told how far it has come
 * @throws BackupError that names what is missing or damaged.
 */
export async function readBackup(folder: string, tell: (note: string) => void = () => {}): Promise<Manifest> {
  const text = await readFile(join(folder, FILES.manifest), "utf8").catch(() => undefined);
  const seal = await readFile(join(folder, FILES.seal), "utf8").catch(() => undefined);
  if (text === undefined || seal === undefined) throw new BackupError(`${folder} holds no whole backup: ${text === undefined ? FILES.manifest : FILES.seal} is missing. A backup that was cut off has neither; take an earlier one.`);
  if (createHash("sha256").update(text).digest("hex") !== seal.trim()) throw new BackupError(`The backup in ${folder} is damaged: ${FILES.manifest} is not what was written. Take another backup, or another copy of this one.`);
  const parsed = schema.safeParse(JSON.parse(text));
  if (!parsed.success) throw new BackupError(`The backup in ${folder} is of another version than this code reads: restore it with the code it was made by.`);
  for (const { name, bytes, sha256 } of parsed.data.files) {
    const found = await stat(join(folder, name)).catch(() => undefined);
    if (!found) throw new BackupError(`The backup in ${folder} is damaged: ${name} is missing. Take another backup, or another copy of this one.`);
    if (found.size !== bytes) throw new BackupError(`The backup in ${folder} is damaged: ${name} has ${found.size} bytes and had ${bytes} when it was made. Take another backup, or another copy of this one.`);
    if ((await sha256OfFile(join(folder, name))) !== sha256) throw new BackupError(`The backup in ${folder} is damaged: ${name} does not have the content it was made with. Take another backup, or another copy of this one.`);
  }
  const { objects, files } = parsed.data;
  if (objects?.included) {
    if (!files.some(({ name }) => name === FILES.objects)) throw new BackupError(`The backup in ${folder} is damaged: ${FILES.manifest} does not name ${FILES.objects}. Take another backup, or another copy of this one.`);
    await checkObjects(folder, objects, tell);
  }
  return parsed.data;
}

/** The whole backups beside each other in a folder, oldest first, by the name of theirs. */
export async function listBackups(root: string): Promise<string[]> {
  const names = (await readdir(root, { withFileTypes: true }).catch(() => [])).filter((entry) => entry.isDirectory() && /^\d{8}T\d{9}Z$/.test(entry.name)).map((entry) => entry.name);
  const whole = await Promise.all(names.map(async (name) => ((await stat(join(root, name, FILES.seal)).catch(() => undefined)) ? [name] : [])));
  return whole.flat().toSorted();
}
