import type { PictureRefusal } from "#schema/values/pictures.ts";
import { err, ok, type Result } from "#schema/values/result.ts";
import { MEDIA_LIMITS, type Media, readUpload, type UploadRefusal } from "../../domain/media.ts";
import type { Product } from "../../domain/product.ts";
import { findSameMedia, finishUpload, insertUpload, lockMediaOf } from "../../queries/media.ts";
import { type MediaParts, noteMediaChange } from "./mediaOf.ts";
import { storePicture } from "./storePicture.ts";

export type AttachMediaRefusal = UploadRefusal | { code: "TOO_MANY_MEDIA" } | { code: "MEDIA_REFUSED"; why: PictureRefusal };

export interface AttachMediaInput {
  /** One that the caller may change. */
  readonly product: Product;
  /** A variant of it, or null for the product as a whole. */
  readonly variantId: string | null;
  readonly fileName: string;
  readonly alt: string | null;
  readonly bytes: Uint8Array;
}

/**
 * Makes a picture of the product of bytes that are at hand, as an import has them. The same picture again is answered as the one that
 * is there, with `isNew` false.
 * @throws TooBusy
 */
export async function attachMedia(parts: MediaParts, { product, variantId, fileName, alt, bytes }: AttachMediaInput): Promise<Result<{ media: Media; isNew: boolean }, AttachMediaRefusal>> {
  const picture = await storePicture(parts, bytes, undefined);
  if (!picture.ok) return err({ code: "MEDIA_REFUSED", why: picture.error });
  const plan = readUpload({ fileName, contentType: "image/webp", size: bytes.length, alt });
  if (!plan.ok) return plan;
  return parts.db.tx<Result<{ media: Media; isNew: boolean }, AttachMediaRefusal>>(async (tx) => {
    const { pictures, next } = await lockMediaOf(tx, product.id);
    const there = await findSameMedia(tx, product.id, variantId, picture.value.sha256);
    if (there) return ok({ media: there, isNew: false });
    if (pictures >= MEDIA_LIMITS.perProduct) return err({ code: "TOO_MANY_MEDIA" });
    const id = await insertUpload(tx, { ...plan.value, productId: product.id, variantId, position: next, at: parts.clocks.business.now(), keepSeconds: MEDIA_LIMITS.uploadSeconds });
    const media = (await finishUpload(tx, id, picture.value)) as Media;
    await noteMediaChange(tx, parts, product, "mediaAttach", id);
    return ok({ media, isNew: true });
  });
}
