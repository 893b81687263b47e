import { createHash } from "node:crypto";
import { mkdir, open, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Progress } from "../cli/progress.ts";
import type { Installation } from "../install/installation.ts";
import { objectsDirOf } from "../install/objects.ts";
import { BackupError } from "./backupError.ts";
import { describeFile, FILES, listBackups, type Manifest } from "./manifest.ts";
import { assertOutside, copyStore } from "./objects/copyStore.ts";
import { writeNamed } from "./objects/namedObjects.ts";
import { dumpDatabase, listDump } from "./postgresTools.ts";
import { keyDigest, seal } from "./sealedSecrets.ts";

export interface BackupRequest {
  installation: Installation;
  /** Where backups lie beside each other. */
  root: string;
  /** Seals the installation's secrets into the backup; without it they are not in it. */
  passphrase?: string;
  /** How many whole backups stay, this one among them; all where not given. */
  keep?: number;
  /** Whether objects are in it; where not given they are those of a folder, not of a bucket. */
  objects?: boolean;
  progress: Progress;
  signal?: AbortSignal;
}

/** What the pipeline makes anew by itself, or that belongs to no build. */
const PASSED_OVER = ["graphile_worker", "audit_*", "changed_*", "marts_retired_*", "marts_next_*"];

/**
 * Copies both databases while they are used: the warehouse first, so that the shop's copy holds all that the warehouse's knows. What the
 * shop acknowledged before the call is in it. The folder gets its name when everything is written, checked and on the disk.
 * @throws BackupError
 */
export async function takeBackup(request: BackupRequest): Promise<{ folder: string; manifest: Manifest; dropped: string[] }> {
  const { installation, passphrase, keep, progress, signal } = request;
  const root = resolve(request.root);
  const { databases, dir, secrets } = installation;
  const startedAt = new Date();
  const name = startedAt.toISOString().replaceAll(/[-:.]/g, "");
  const draft = join(root, `.${name}.unfinished`);
  await assertOutside(root, objectsDirOf(dir));
  await mkdir(draft, { recursive: true, mode: 0o700 }).catch((error: Error) => {
    throw new BackupError(`The folder ${root} cannot be written (${error.message}): choose another with --to.`);
  });
  try {
    const warehouse = installation.owner("warehouse");
    const shop = installation.owner("shop");
    const [{ rows: [state] }, { rows: [pointer] }, { rows: [server] }] = await Promise.all([
      warehouse.raw<{ pos: string }>("select applied_pos::text as pos from raw._capture_state limit 1"),
      warehouse.raw<{ build: string }>("select build_id::text as build from ops.pointer"),
      shop.raw<{ version: string }>("select current_setting('server_version') as version"),
    ]);
    await progress.step("Copy the warehouse", async () => {
      await dumpDatabase(databases.warehouse, join(draft, FILES.warehouse), { excludedSchemas: PASSED_OVER, signal });
      return { value: undefined };
    });
    const named = join(draft, "named.txt");
    const count = await progress.step("Copy the shop", async () => {
      // What the copy names is asked of the very state that is copied.
      const value = await shop.tx(async (tx) => {
        const keys = await writeNamed(tx, named);
        // Open for as long as the copy takes, which asks nothing of it.
        await tx.raw("set local idle_in_transaction_session_timeout = 0");
        const { rows: [exported] } = await tx.raw<{ id: string }>("select pg_export_snapshot() as id");
        await dumpDatabase(databases.shop, join(draft, FILES.shop), { excludedSchemas: PASSED_OVER.slice(0, 1), snapshot: exported?.id ?? "", signal });
        return keys;
      }, { isolation: "repeatable read", readOnly: true });
      return { value };
    });
    const objects = await copyStore({ installation, root, draft, named: { file: named, count }, wanted: request.objects, progress, signal });
    await rm(named, { force: true });
    // After all copies: whoever was erased meanwhile is among them, though the copies may hold them.
    const erased = await shop.raw<{ hash: string }>("select user_hash as hash from users.erasures order by 1");
    const known = await warehouse.raw<{ hash: string }>("select user_hash as hash from raw._erasures order by 1");
    const hashes = [...new Set([...erased.rows, ...known.rows].map((row) => row.hash))].toSorted();
    await writeFile(join(draft, FILES.erasures), hashes.map((hash) => `${hash}\n`).join(""), { mode: 0o600 });
    if (passphrase !== undefined) await writeFile(join(draft, FILES.secrets), seal(await readFile(dir.secretsFile, "utf8"), passphrase), { mode: 0o600 });
    const manifest = await progress.step("Check the copies", async () => {
      for (const dump of [FILES.shop, FILES.warehouse]) await listDump(join(draft, dump));
      const names = [FILES.shop, FILES.warehouse, FILES.erasures, ...(passphrase === undefined ? [] : [FILES.secrets]), ...(objects.included ? [FILES.objects] : [])];
      const files: Manifest["files"] = [];
      for (const file of names) files.push(await describeFile(draft, file));
      const migrations = async (db: typeof shop) => (await db.raw<{ name: string }>("select name from migrations.applied order by name")).rows.map((row) => row.name);
      const { rows: [orders] } = await shop.raw<{ count: bigint }>("select count(*) as count from orders.orders");
      const value: Manifest = {
        version: 2, startedAt: startedAt.toISOString(), finishedAt: new Date().toISOString(), serverVersion: server?.version ?? "",
        shop: { migrations: await migrations(shop), orders: Number(orders?.count ?? 0n) },
        warehouse: { migrations: await migrations(warehouse), appliedPos: state?.pos ?? null, publishedBuild: pointer?.build ?? null },
        dataKeySha256: keyDigest(secrets.dataKey), objects, files,
      };
      return { value, note: `${(files.reduce((sum, file) => sum + file.bytes, 0) / 1_048_576).toFixed(1)} MB` };
    });
    const text = `${JSON.stringify(manifest, null, 2)}\n`;
    await writeSynced(join(draft, FILES.manifest), text);
    await writeSynced(join(draft, FILES.seal), `${createHash("sha256").update(text).digest("hex")}\n`);
    const folder = join(root, name);
    await rename(draft, folder);
    return { folder, manifest, dropped: keep === undefined ? [] : await dropOld(root, keep) };
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    throw toldOf(error, root);
  }
}

/** What the system says of a disk is the folder's to mend, not this program's. */
function toldOf(error: unknown, root: string): unknown {
  const code = (error as NodeJS.ErrnoException).code ?? "";
  return ["ENOSPC", "EDQUOT", "EACCES", "EPERM", "EROFS", "EIO"].includes(code) ? new BackupError(`The backup cannot be written to ${root} (${code}): make room there or choose another folder with --to. Nothing of it was kept.`) : error;
}

async function writeSynced(file: string, text: string): Promise<void> {
  const handle = await open(file, "w", 0o600);
  await handle.writeFile(text).then(() => handle.sync()).finally(() => handle.close());
}

/** Oldest first, and never the newest. */
async function dropOld(root: string, keep: number): Promise<string[]> {
  const old = (await listBackups(root)).slice(0, -Math.max(1, keep));
  for (const name of old) await rm(join(root, name), { recursive: true, force: true });
  return old;
}
