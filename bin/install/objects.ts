import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { objectSettings } from "#platform/config.ts";
import { openObjectStore, type ObjectsOptions, uploadSecret } from "#platform/objects/open.ts";
import type { ObjectStore } from "#platform/objects/store.ts";
import type { DataDir } from "./dataDir.ts";
import type { Installation } from "./installation.ts";

/** Where objects are files, unless a bucket is set. */
export const objectsDirOf = ({ root }: Pick<DataDir, "root">): string => join(root, "objects");

/** Objects of this installation: in its data directory, or in the bucket that is set. */
export function objectsOf({ dir, secrets }: Installation): ObjectsOptions {
  return { dir: objectsDirOf(dir), secret: uploadSecret(secrets.hopKeys.catalog), ...objectSettings() };
}

/** The store that an installation at this place has, or will have: for bodies alone, its addresses for uploads are nobody's. */
export async function storeOfPlace(place: Pick<DataDir, "root">): Promise<{ store: ObjectStore; dir: string | undefined }> {
  const settings = objectSettings();
  const dir = objectsDirOf(place);
  return { store: await openObjectStore({ dir, secret: randomBytes(32).toString("base64url"), ...settings }), dir: settings.s3 ? undefined : dir };
}
