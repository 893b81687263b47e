import type { ObjectStore } from "#platform/objects/store.ts";
import { type Picture, readPicture } from "#platform/pictures/picture.ts";
import type { PictureRefusal } from "#schema/values/pictures.ts";
import { turns } from "#platform/turns.ts";
import type { Database } from "#platform/db/database.ts";
import type { Result } from "#schema/values/result.ts";
import { mediaPrefix, renditionKey } from "../../domain/media.ts";
import { noteLeftover } from "../../queries/mediaLeftovers.ts";

/** Decoding holds a core and a hundred megabytes. */
const decoding = turns({ running: 1, waiting: 50 });

/**
 * Looks at the bytes and stores all sizes. They are noted as leftovers first: should nothing ever name them, they are swept away.
 * @throws TooBusy
 */
export async function storePicture({ db, objects }: { db: Database; objects: ObjectStore }, bytes: Uint8Array, announcedType: string | undefined): Promise<Result<Picture, PictureRefusal>> {
  const picture = await decoding(() => readPicture(bytes, announcedType));
  if (!picture.ok) return picture;
  const { sha256, renditions } = picture.value;
  await noteLeftover(db, mediaPrefix(sha256));
  for (const { width, bytes: body } of renditions) await objects.put(renditionKey(sha256, width), body, { contentType: "image/webp" });
  return picture;
}
