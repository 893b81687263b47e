import { realpath } from "node:fs/promises";
import { dirname, join, resolve, sep } from "node:path";
import { openObjectStore } from "#platform/objects/open.ts";
import type { Progress } from "../../cli/progress.ts";
import type { Installation } from "../../install/installation.ts";
import { objectsOf } from "../../install/objects.ts";
import { BackupError } from "../backupError.ts";
import { listBackups, type Manifest } from "../manifest.ts";
import { copyObjects } from "./copyObjects.ts";
import { sentence } from "./objectList.ts";

export interface CopyStore {
  readonly installation: Installation;
  /** Where backups lie beside each other, and the one being written. */
  readonly root: string;
  readonly draft: string;
  readonly named: { readonly file: string; readonly count: number };
  /** Where not given, a folder is copied and a bucket is not. */
  readonly wanted: boolean | undefined;
  readonly progress: Progress;
  readonly signal?: AbortSignal | undefined;
}

/** Copies the installation's objects into the backup, or says why they are not in it. */
export async function copyStore({ installation, root, draft, named, wanted, progress, signal }: CopyStore): Promise<NonNullable<Manifest["objects"]>> {
  const options = objectsOf(installation);
  const kind = options.s3 ? "s3" : "file";
  if (!(wanted ?? kind === "file")) {
    const why = wanted === false ? "--no-objects was given" : "they lie in a bucket, which keeps versions and copies of its own where that is set up; --objects takes them along";
    return progress.step("Copy the objects", async () => ({ value: { included: false as const, store: kind, why }, note: `left out: ${why}`, verdict: "skipped" as const }));
  }
  const store = await openObjectStore(options);
  try {
    return await progress.step("Copy the objects", async (tell) => {
      const previous = (await listBackups(root)).at(-1);
      const value = await copyObjects({ store, folder: draft, named, previous: previous === undefined ? undefined : join(root, previous), tell, signal });
      const missing = value.missing === 0 ? "" : `; ${value.missing.toLocaleString("en-GB")} that the shop names are not in the store`;
      return { value, note: `${sentence(value)}${missing}` };
    });
  } finally {
    await store.close();
  }
}

/** A backup within the store would be kept among the shop's objects, and copied by whoever copies those. @throws BackupError */
export async function assertOutside(root: string, objectsDir: string): Promise<void> {
  const real = async (path: string): Promise<string> => {
    const whole = resolve(path);
    return realpath(whole).catch(async () => (dirname(whole) === whole ? whole : join(await real(dirname(whole)), whole.slice(dirname(whole).length))));
  };
  if (`${await real(root)}${sep}`.startsWith(`${await real(objectsDir)}${sep}`)) throw new BackupError(`The folder ${root} lies within the shop's objects: choose another with --to.`);
}
