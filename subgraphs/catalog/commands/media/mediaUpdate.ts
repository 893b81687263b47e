import { err, ok, type Result } from "#schema/values/result.ts";
import { checkAlt, type InvalidValue, type Media } from "../../domain/media.ts";
import { findMediaForChange, updateMedia } from "../../queries/media.ts";
import { findOwnProduct, isVariantOf, type MediaParts, noteMediaChange } from "./mediaOf.ts";

export type MediaUpdateRefusal = InvalidValue | { code: "MEDIA_NOT_FOUND" } | { code: "VARIANT_NOT_FOUND" } | { code: "VERSION_CONFLICT"; expected: number; actual: number };

/** Undefined is not given. */
export interface MediaUpdateInput {
  readonly id: string | undefined;
  readonly alt: string | null | undefined;
  /** Its id undefined where the text names no variant at all, null for the product as a whole. */
  readonly variant: { readonly id: string | null | undefined } | undefined;
  readonly expectedVersion: number | undefined;
}

/** Changes what is said of a picture, or which variant it shows. */
export async function mediaUpdate(parts: MediaParts, { id, alt, variant, expectedVersion }: MediaUpdateInput): Promise<Result<Media, MediaUpdateRefusal>> {
  const wrong = alt === undefined ? undefined : checkAlt(alt);
  if (wrong) return err(wrong);
  return parts.db.tx<Result<Media, MediaUpdateRefusal>>(async (tx) => {
    const media = id === undefined ? undefined : await findMediaForChange(tx, id);
    const product = media && (await findOwnProduct(tx, parts, media.productId));
    if (!media || !product) return err({ code: "MEDIA_NOT_FOUND" });
    if (expectedVersion !== undefined && expectedVersion !== media.version) return err({ code: "VERSION_CONFLICT", expected: expectedVersion, actual: media.version });
    const variantId = variant === undefined ? media.variantId : variant.id;
    if (variantId === undefined || !(await isVariantOf(tx, product, variantId))) return err({ code: "VARIANT_NOT_FOUND" });
    const changed = await updateMedia(tx, { id: media.id, alt: alt === undefined ? media.alt : alt, variantId, position: media.position });
    await noteMediaChange(tx, parts, product, "mediaUpdate", media.id);
    return ok(changed);
  });
}
