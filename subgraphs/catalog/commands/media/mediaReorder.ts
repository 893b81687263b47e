import { err, ok, type Result } from "#schema/values/result.ts";
import { type InvalidValue, MEDIA_LIMITS } from "../../domain/media.ts";
import type { Product } from "../../domain/product.ts";
import { listMediaOfProducts, lockMediaOf, reorderMedia } from "../../queries/media.ts";
import { findOwnProduct, type MediaParts, noteMediaChange } from "./mediaOf.ts";

export type MediaReorderRefusal = InvalidValue | { code: "PRODUCT_NOT_FOUND" };

/** Puts the pictures of a product in this order. All of them are named, each once, so that nobody's new picture is misplaced unseen. */
export async function mediaReorder(parts: MediaParts, { productId, ids }: { productId: string | undefined; ids: readonly (string | undefined)[] }): Promise<Result<Product, MediaReorderRefusal>> {
  const product = await findOwnProduct(parts.db, parts, productId);
  if (!product) return err({ code: "PRODUCT_NOT_FOUND" });
  return parts.db.tx<Result<Product, MediaReorderRefusal>>(async (tx) => {
    await lockMediaOf(tx, product.id);
    const there = new Set((await listMediaOfProducts(tx, [product.id], MEDIA_LIMITS.perProduct)).map((media) => media.id));
    const asked = ids.filter((id): id is string => id !== undefined && there.has(id));
    if (asked.length !== ids.length || new Set(asked).size !== there.size || asked.length !== there.size) {
      return err({ code: "INVALID_VALUE", path: ["input", "mediaIds"], message: `Name each of the product's ${there.size} pictures once, and no other.` });
    }
    await reorderMedia(tx, product.id, asked);
    await noteMediaChange(tx, parts, product, "mediaReorder", null);
    return ok(product);
  });
}
