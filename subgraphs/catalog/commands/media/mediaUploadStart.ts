import type { PresignedPut } from "#platform/objects/store.ts";
import { err, ok, type Result } from "#schema/values/result.ts";
import { incomingKey, MEDIA_LIMITS, readUpload, type UploadInput, type UploadRefusal } from "../../domain/media.ts";
import { insertUpload, lockMediaOf } from "../../queries/media.ts";
import { findOwnProduct, isVariantOf, type MediaParts, noteMediaAct } from "./mediaOf.ts";

export type MediaUploadStartRefusal = UploadRefusal | { code: "PRODUCT_NOT_FOUND" } | { code: "VARIANT_NOT_FOUND" } | { code: "TOO_MANY_MEDIA" };

export interface MediaUploadStartInput extends UploadInput {
  /** Undefined where the id names no product, or no variant, at all; null for the product as a whole. */
  readonly productId: string | undefined;
  readonly variantId: string | null | undefined;
}

/** Makes a place for a picture and says where its body is to be put. */
export async function mediaUploadStart(parts: MediaParts, input: MediaUploadStartInput): Promise<Result<{ id: string; put: PresignedPut }, MediaUploadStartRefusal>> {
  const plan = readUpload(input);
  if (!plan.ok) return plan;
  const product = await findOwnProduct(parts.db, parts, input.productId);
  if (!product) return err({ code: "PRODUCT_NOT_FOUND" });
  const { variantId } = input;
  if (variantId === undefined || !(await isVariantOf(parts.db, product, variantId))) return err({ code: "VARIANT_NOT_FOUND" });
  const made = await parts.db.tx<Result<string, MediaUploadStartRefusal>>(async (tx) => {
    const { pictures, next } = await lockMediaOf(tx, product.id);
    if (pictures >= MEDIA_LIMITS.perProduct) return err({ code: "TOO_MANY_MEDIA" });
    const id = await insertUpload(tx, { ...plan.value, productId: product.id, variantId, position: next, at: parts.clocks.business.now(), keepSeconds: MEDIA_LIMITS.keepUnfinishedMs / 1000 });
    await noteMediaAct(tx, parts, product, "mediaUploadStart", id);
    return ok(id);
  });
  if (!made.ok) return made;
  const { contentType, size } = plan.value;
  return ok({ id: made.value, put: await parts.objects.presignPut(incomingKey(made.value), { contentType, size, expiresSeconds: MEDIA_LIMITS.uploadSeconds }) });
}
