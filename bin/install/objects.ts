import { join } from "node:path";
import { objectSettings } from "#platform/config.ts";
import { type ObjectsOptions, uploadSecret } from "#platform/objects/open.ts";
import type { Installation } from "./installation.ts";

/** Objects of this installation: in its data directory, or in the bucket that is set. */
export function objectsOf({ dir, secrets }: Installation): ObjectsOptions {
  return { dir: join(dir.root, "objects"), secret: uploadSecret(secrets.hopKeys.catalog), ...objectSettings() };
}
