import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { z } from "zod";
import { BackupError } from "./backupError.ts";

export const FILES = { manifest: "manifest.json", seal: "manifest.sha256", shop: "shop.dump", warehouse: "warehouse.dump", erasures: "erasures.txt", secrets: "secrets.sealed" } as const;

const schema = z.object({
  version: z.literal(1),
  /** When the warehouse was begun to be read; the shop holds all that had been acknowledged by then, and more. */
  startedAt: z.string(),
  finishedAt: z.string(),
  serverVersion: z.string(),
  shop: z.object({ migrations: z.array(z.string()), orders: z.number() }),
  warehouse: z.object({ migrations: z.array(z.string()), appliedPos: z.string().nullable(), publishedBuild: z.string().nullable() }),
  /** SHA-256 of the key that seals what the shop stores secretly: tells whether an installation's key fits, and not what it is. */
  dataKeySha256: z.string(),
  files: z.array(z.object({ name: z.string(), bytes: z.number(), sha256: z.string() })),
});

export type Manifest = z.infer<typeof schema>;

export async function sha256OfFile(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}

/** Size and digest of a file, which is on the disk by then. */
export async function describeFile(folder: string, name: string): Promise<Manifest["files"][number]> {
  const file = join(folder, name);
  const handle = await open(file, "r");
  await handle.sync().finally(() => handle.close());
  return { name, bytes: (await stat(file)).size, sha256: await sha256OfFile(file) };
}

/**
 * Reads a backup's manifest and holds every file against it.
 * @throws BackupError that names what is missing or damaged.
 */
export async function readBackup(folder: string): Promise<Manifest> {
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
  return parsed.data;
}

/** The whole backups beside each other in a folder, oldest first, by the name of theirs. */
export async function listBackups(root: string): Promise<string[]> {
  const names = (await readdir(root, { withFileTypes: true }).catch(() => [])).filter((entry) => entry.isDirectory() && /^\d{8}T\d{9}Z$/.test(entry.name)).map((entry) => entry.name);
  const whole = await Promise.all(names.map(async (name) => ((await stat(join(root, name, FILES.seal)).catch(() => undefined)) ? [name] : [])));
  return whole.flat().toSorted();
}
