import type { Manifest } from "../manifest.ts";

/** What people are told of the objects that are not in a backup. */
export function objectNotes({ objects }: Manifest): string[] {
  if (!objects) return ["It holds no objects (pictures, imports, exports, files of sources): it was made before backups held any. Copy the object store yourself."];
  if (!objects.included) return [`It holds no objects (pictures, imports, exports, files of sources): ${objects.why}.`];
  const { missing, missingKeys, leftOut } = objects;
  return [
    ...(missing === 0 ? [] : [`${missing} object${missing === 1 ? "" : "s"} that the shop names ${missing === 1 ? "was" : "were"} not in the store, deleted since or lost before: ${some(missingKeys, missing)}`]),
    ...leftOut.map((one) => `Left out: ${one.objects} object${one.objects === 1 ? "" : "s"} (${some(one.examples, one.objects)}); ${one.why}.`),
  ];
}

const some = (keys: readonly string[], of: number) => `${keys.slice(0, 3).map((key) => JSON.stringify(key.slice(0, 120))).join(", ")}${of > 3 ? ", ..." : ""}`;
