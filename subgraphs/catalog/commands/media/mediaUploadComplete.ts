import { ObjectTooLarge, readAll } from "#platform/objects/store.ts";
import type { PictureRefusal } from "#schema/values/pictures.ts";
import { TooBusy } from "#platform/turns.ts";
import { err, ok, type Result } from "#schema/values/result.ts";
import { incomingKey, type Media, type MediaUpload } from "../../domain/media.ts";
import type { Product } from "../../domain/product.ts";
import { deleteMedia, findMediaForChange, findSameMedia, findUpload, finishUpload, lockMediaOf, refuseUpload } from "../../queries/media.ts";
import { findOwnProduct, type MediaParts, noteMediaChange } from "./mediaOf.ts";
import { storePicture } from "./storePicture.ts";

export type MediaUploadCompleteRefusal = { code: "MEDIA_NOT_FOUND" } | { code: "MEDIA_NOT_UPLOADED" } | { code: "MEDIA_REFUSED"; why: PictureRefusal } | { code: "MEDIA_BUSY" };

/**
 * Looks at what was uploaded and makes a picture of the product of it. The same call again answers the same; a picture that the
 * product has already is answered as the one that is there.
 */
export async function mediaUploadComplete(parts: MediaParts, mediaId: string | undefined): Promise<Result<Media, MediaUploadCompleteRefusal>> {
  const upload = mediaId === undefined ? undefined : await findUpload(parts.db, mediaId);
  const product = upload && (await findOwnProduct(parts.db, parts, upload.productId));
  if (!upload || !product) return err({ code: "MEDIA_NOT_FOUND" });
  if (upload.state === "REFUSED") return err({ code: "MEDIA_REFUSED", why: upload.refusedWhy ?? "DAMAGED" });
  if (upload.state === "READY") {
    const media = await parts.db.tx((tx) => findMediaForChange(tx, upload.id));
    return media ? ok(media) : err({ code: "MEDIA_NOT_FOUND" });
  }
  const body = await parts.objects.get(incomingKey(upload.id));
  if (!body) return err({ code: "MEDIA_NOT_UPLOADED" });
  try {
    const bytes = await readAll(body.body, upload.declaredBytes);
    const picture = await storePicture(parts, bytes, upload.declaredType);
    if (!picture.ok) return await refused(parts, upload, picture.error);
    const media = await parts.db.tx((tx) => finished(parts, tx, product, upload, picture.value));
    if (!media) return err({ code: "MEDIA_NOT_FOUND" });
    await parts.objects.delete(incomingKey(upload.id));
    return ok(media);
  } catch (error) {
    if (error instanceof ObjectTooLarge) return refused(parts, upload, "TOO_LARGE");
    if (error instanceof TooBusy) return err({ code: "MEDIA_BUSY" });
    throw error;
  }
}

async function refused(parts: MediaParts, { id }: MediaUpload, why: PictureRefusal): Promise<Result<never, MediaUploadCompleteRefusal>> {
  await refuseUpload(parts.db, id, why);
  await parts.objects.delete(incomingKey(id));
  return err({ code: "MEDIA_REFUSED", why });
}

type Finish = Parameters<typeof finishUpload>;

async function finished(parts: MediaParts, tx: Finish[0], product: Product, upload: MediaUpload, picture: Finish[2]): Promise<Media | undefined> {
  await lockMediaOf(tx, product.id);
  const media = await finishUpload(tx, upload.id, picture);
  if (media) {
    await noteMediaChange(tx, parts, product, "mediaUploadComplete", media.id);
    return media;
  }
  // Another call finished it, or the picture stands there already: that one it is.
  const there = await findSameMedia(tx, product.id, upload.variantId, picture.sha256);
  if (there && there.id !== upload.id) await deleteMedia(tx, upload.id);
  return there;
}
