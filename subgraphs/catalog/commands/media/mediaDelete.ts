import { err, ok, type Result } from "#schema/values/result.ts";
import type { Product } from "../../domain/product.ts";
import { deleteMedia, findMediaForChange } from "../../queries/media.ts";
import { findOwnProduct, type MediaParts, noteMediaChange } from "./mediaOf.ts";

export type MediaDeleteRefusal = { code: "MEDIA_NOT_FOUND" } | { code: "VERSION_CONFLICT"; expected: number; actual: number };

/** Takes a picture away from its product. Its bodies go within hours, where no other product shows them. */
export async function mediaDelete(parts: MediaParts, { id, expectedVersion }: { id: string | undefined; expectedVersion: number | undefined }): Promise<Result<Product, MediaDeleteRefusal>> {
  return parts.db.tx<Result<Product, MediaDeleteRefusal>>(async (tx) => {
    const media = id === undefined ? undefined : await findMediaForChange(tx, id);
    const product = media && (await findOwnProduct(tx, parts, media.productId));
    if (!media || !product) return err({ code: "MEDIA_NOT_FOUND" });
    if (expectedVersion !== undefined && expectedVersion !== media.version) return err({ code: "VERSION_CONFLICT", expected: expectedVersion, actual: media.version });
    await deleteMedia(tx, media.id);
    await noteMediaChange(tx, parts, product, "mediaDelete", media.id);
    return ok(product);
  });
}
