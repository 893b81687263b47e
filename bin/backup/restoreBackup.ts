import { readdirSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { Database } from "#platform/db/database.ts";
import { createLog } from "#platform/log.ts";
import { ObjectsUnavailable } from "#platform/objects/store.ts";
import type { Progress } from "../cli/progress.ts";
import { migrateBoth } from "../install/databases.ts";
import { type DataDir, dataDirAt, PROJECT_DIR, writePrivate, type ServerAddress } from "../install/dataDir.ts";
import { openInstallation } from "../install/installation.ts";
import { storeOfPlace } from "../install/objects.ts";
import { BackupError } from "./backupError.ts";
import { FILES, listBackups, readBackup, type Manifest } from "./manifest.ts";
import { absentObjects } from "./objects/absentObjects.ts";
import { sentence } from "./objects/objectList.ts";
import { objectNotes } from "./objects/objectNotes.ts";
import { assertRoomFor, putObjects, type Target } from "./objects/putObjects.ts";
import { restoreDatabase } from "./postgresTools.ts";
import { keyDigest, unseal } from "./sealedSecrets.ts";

export interface RestoreRequest {
  folder: string;
  dataDir: string | undefined;
  /** Opens the secrets in the backup. */
  passphrase?: string;
  /** A kept copy of the installation's secrets.json. */
  secretsFile?: string;
  /** Goes on with keys of its own. */
  newKeys: boolean;
  /** Leaves the store of objects as it is. */
  withoutObjects?: boolean;
  progress: Progress;
  signal?: AbortSignal;
}

export interface Restored {
  orders: number;
  /** People who were erased after the backup had been made and are erased again. */
  erasedAgain: number;
  /** Hashes of erased people that the backup itself did not know. */
  erasuresKnown: number;
  objects: RestoredObjects;
}

export interface RestoredObjects {
  /** Put back, those among them that were there as they should be. */
  put: number;
  bytes: number;
  /** Promised by a row of the shop, and neither in the backup nor in the store; null where the store could not be asked. */
  missing: number | null;
  /** The first of them. */
  missingKeys: string[];
}

/**
 * Puts a backup into an installation that holds nothing yet. Afterwards `start` works as ever; capture makes its slot anew and
 * compares, because the copy of the shop may be ahead of the copy of the warehouse.
 * @throws BackupError, before anything is touched where it is about the backup.
 */
export async function restoreBackup(request: RestoreRequest): Promise<Restored> {
  const { progress } = request;
  const folder = resolve(request.folder);
  const manifest = await progress.step("Check the backup", async (tell) => {
    const value = await readBackup(folder, tell);
    assertKnown(value);
    return { value, note: `of ${value.startedAt}` };
  });
  const dir = dataDirAt(request.dataDir);
  assertEmpty(dir.root);
  const target = await storeOfPlace(dir);
  try {
    return await into(request, { folder, dir, manifest, target });
  } finally {
    await target.store.close();
  }
}

interface Place {
  readonly folder: string;
  readonly dir: DataDir;
  readonly manifest: Manifest;
  readonly target: Target;
}

async function into(request: RestoreRequest, place: Place): Promise<Restored> {
  const { folder, dir, manifest, target } = place;
  const { progress, signal } = request;
  const objects = request.withoutObjects === true || !manifest.objects?.included ? undefined : manifest.objects;
  if (objects) await assertRoomFor(folder, objects, target);
  else for (const line of manifest.objects?.included ? ["The objects of the backup are left out (--no-objects)."] : objectNotes(manifest)) progress.note(`  ${line}`);
  const secrets = await chooseSecrets(request, folder, manifest);
  const erasures = await gatherErasures(folder);
  if (secrets !== undefined) writePrivate(dir.secretsFile, secrets);
  const installation = await openInstallation({ dataDir: request.dataDir, progress, log: createLog("restore") });
  try {
    const { databases } = installation;
    await withDatabase(databases.shop, (db) => assertUnused(db, "shop"));
    await withDatabase(databases.warehouse, (db) => assertUnused(db, "warehouse"));
    const put = objects && await progress.step("Put the objects back", async (tell) => {
      const value = await putObjects(folder, target, { tell, signal });
      return { value, note: `${sentence(value)}${value.found > 0 ? `, ${value.found.toLocaleString("en-GB")} of them there already` : ""}` };
    });
    // Migrating has made the roles and what they may do in each database; what is in it comes from the backup.
    for (const [which, address, file] of [["shop", databases.shop, FILES.shop], ["warehouse", databases.warehouse, FILES.warehouse]] as const) {
      await progress.step(`Put the ${which} back`, async () => {
        await withDatabase(address, empty);
        await restoreDatabase(address, join(folder, file), request.signal);
        return { value: undefined };
      });
    }
    const fitted = await progress.step("Fit both to this server", async () => {
      await migrateBoth(databases, installation.secrets, installation.log);
      const value = await withDatabase(databases.shop, (shop) => withDatabase(databases.warehouse, (warehouse) => fit(shop, warehouse, erasures)));
      return { value, note: value.erasedAgain > 0 ? `${value.erasedAgain} people erased again` : "nobody to erase again" };
    });
    if (put && objects) return { ...fitted, objects: { put: put.objects, bytes: put.bytes, missing: objects.missing, missingKeys: objects.missingKeys } };
    return { ...fitted, objects: { put: 0, bytes: 0, ...(await lookForObjects(databases.shop, place, progress)) } };
  } finally {
    await installation.lifecycle.close();
  }
}

/** Where none were put: whether the shop finds what it names all the same. What is missing is no reason to take the shop away again. */
async function lookForObjects(shop: ServerAddress, { dir, target }: Place, progress: Progress): Promise<Pick<RestoredObjects, "missing" | "missingKeys">> {
  return progress.step<Pick<RestoredObjects, "missing" | "missingKeys">>("Look for the objects that the shop names", async () => {
    try {
      const { named, ...value } = await withDatabase(shop, (db) => absentObjects(db, target.store, join(dir.root, "named.draft")));
      const note = named === 0 ? "it names none" : `${value.missing.toLocaleString("en-GB")} of ${named.toLocaleString("en-GB")} are not there`;
      return { value, note, verdict: value.missing === 0 ? "done" : "refused" };
    } catch (error) {
      if (!(error instanceof ObjectsUnavailable)) throw error;
      return { value: { missing: null, missingKeys: [] }, note: error.message, verdict: "refused" };
    }
  });
}

function assertKnown(manifest: Manifest): void {
  for (const which of ["shop", "warehouse"] as const) {
    const known = new Set(readdirSync(join(PROJECT_DIR, "schema", "sql", which)));
    const later = manifest[which].migrations.find((name) => !known.has(name));
    if (later !== undefined) throw new BackupError(`The backup was made by a later version of Martgraph (the ${which} has migration ${later}): update the code, then restore.`);
  }
}

function assertEmpty(root: string): void {
  const found = ["secrets.json", "postgres"].filter((name) => entriesOf(root).includes(name));
  if (found.length > 0) throw new BackupError(`${root} holds an installation already (${found.join(", ")}): restore into an empty folder with --data-dir, and nothing is overwritten.`);
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** The secrets to go on with, or undefined for new ones. @throws BackupError */
async function chooseSecrets({ passphrase, secretsFile, newKeys }: RestoreRequest, folder: string, manifest: Manifest): Promise<string | undefined> {
  if (newKeys) return undefined;
  const isSealed = manifest.files.some((file) => file.name === FILES.secrets);
  const text = secretsFile !== undefined ? readGiven(secretsFile) : passphrase !== undefined && isSealed ? unseal(await readFile(join(folder, FILES.secrets)), passphrase) : undefined;
  if (text === undefined) {
    throw new BackupError(isSealed
      ? "The keys of the installation are sealed in the backup: give --passphrase-file, or --secrets with a kept secrets.json, or --new-keys to go on without them (authenticator apps have to be set up anew, everybody logs in again)."
      : "The backup holds no keys of the installation: give --secrets with a kept secrets.json, or --new-keys to go on without them (authenticator apps have to be set up anew, everybody logs in again).");
  }
  if (keyDigest(dataKeyOf(text)) !== manifest.dataKeySha256) throw new BackupError("These secrets are of another installation: what the shop keeps sealed could not be opened with them.");
  return text;
}

function readGiven(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    throw new BackupError(`The secrets in ${file} cannot be read.`);
  }
}

function dataKeyOf(text: string): string {
  try {
    return String((JSON.parse(text) as { dataKey?: unknown }).dataKey);
  } catch {
    throw new BackupError("The secrets are damaged: they are no JSON document.");
  }
}

/** Whom this backup, and any that lies beside it, knows as erased: later ones know of whom this one does not. */
async function gatherErasures(folder: string): Promise<string[]> {
  const root = dirname(folder);
  const hashes = new Set<string>();
  for (const name of new Set([basename(folder), ...(await listBackups(root))])) {
    const text = await readFile(join(root, name, FILES.erasures), "utf8").catch(() => "");
    for (const line of text.split("\n")) if (/^[0-9a-f]{64}$/.test(line)) hashes.add(line);
  }
  return [...hashes].toSorted();
}

async function withDatabase<T>(address: ServerAddress, work: (db: Database) => Promise<T>): Promise<T> {
  const db = Database.open({ ...address, max: 1 });
  try {
    return await work(db);
  } finally {
    await db.close();
  }
}

/** An external database may be anybody's. */
async function assertUnused(db: Database, which: string): Promise<void> {
  const { rows: [found] } = await db.raw<{ used: boolean }>(which === "shop" ? "select exists (select from users.users) or exists (select from orders.orders) as used" : "select exists (select from ops.build) or exists (select from raw._capture_state) as used");
  if (found?.used) throw new BackupError(`The database of the ${which} holds data already: restore into empty databases.`);
}

async function empty(db: Database): Promise<void> {
  const { rows } = await db.raw<{ statement: string }>(`
    select format('drop publication %I', pubname) as statement from pg_publication
    union all select format('drop schema %I cascade', nspname) from pg_namespace where nspname !~ '^pg_' and nspname not in ('information_schema', 'public')
    union all select format('drop extension if exists %I cascade', extname) from pg_extension where extname <> 'plpgsql'`);
  for (const { statement } of rows) await db.raw(statement);
}

/** What means something on the server it comes from alone. */
async function fit(shop: Database, warehouse: Database, erasures: readonly string[]): Promise<Omit<Restored, "objects">> {
  return shop.tx(async (tx) => {
    // Numbers of transactions count from elsewhere here; processes read everything when they start.
    await tx.raw("delete from catalog.search_news; update platform.outbox set transaction_id = pg_current_xact_id()");
    const { rows: [before] } = await tx.raw<{ count: bigint }>("select count(*) as count from users.erasures");
    const { rows: [again] } = await tx.raw<{ n: bigint }>("select users.erase_again($1, now()) as n", [erasures]);
    const { rows: [after] } = await tx.raw<{ count: bigint; orders: bigint }>("select (select count(*) from users.erasures) as count, (select count(*) from orders.orders) as orders");
    const { rows: [server] } = await tx.raw<{ identity: string }>("select system_identifier || '/' || current_database() as identity from pg_control_system()");
    // Positions go on where raw stands: capture finds that its slot is gone, makes another, and compares.
    await warehouse.raw("update raw._capture_state set source_identity = $1", [server?.identity]);
    // What another engine was shipped since the backup does not lie behind these positions: everything goes there anew.
    await warehouse.raw("delete from ops.shipping_target");
    await warehouse.raw(
      "insert into raw._erasures (user_hash, erased_at, applied_pos) select h, now(), coalesce((select max(applied_pos) from raw._capture_state), 0) from unnest($1::text[]) as h on conflict do nothing", [erasures]);
    return { orders: Number(after?.orders ?? 0n), erasedAgain: Number(again?.n ?? 0n), erasuresKnown: Number((after?.count ?? 0n) - (before?.count ?? 0n)) };
  });
}
