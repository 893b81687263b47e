import { err, ok, type Result } from "#schema/values/result.ts";
import { mayChange } from "../../domain/productDetails.ts";
import { lockVariant } from "../../queries/writing/knownProducts.ts";
import type { CatalogParts } from "../once.ts";
import { writeProduct } from "../product/writeProduct.ts";

export type VariantArchiveRefusal = { code: "VARIANT_NOT_FOUND" } | { code: "VERSION_CONFLICT"; path: readonly string[]; expected: number; actual: number };

/** Ends the sale of a variant or takes it up again; answers its UUID. */
export function variantArchive(parts: CatalogParts, { id, isArchived, expectedVersion }: { id: string | undefined; isArchived: boolean; expectedVersion: number | undefined }): Promise<Result<string, VariantArchiveRefusal>> {
  return parts.db.tx<Result<string, VariantArchiveRefusal>>(async (tx) => {
    const variant = id === undefined ? undefined : await lockVariant(tx, id);
    if (!variant || !mayChange(variant.vendorId, parts.viewer)) return err({ code: "VARIANT_NOT_FOUND" });
    if (expectedVersion !== undefined && expectedVersion !== variant.version) return err({ code: "VERSION_CONFLICT", path: ["expectedVersion"], expected: expectedVersion, actual: variant.version });
    const outcome = await writeProduct(tx, parts, "variantArchive", { id: variant.productId, variants: [{ sku: variant.sku, isArchived }] });
    if (!outcome.ok) throw new Error(`a variant that is there was refused: ${outcome.error.code}`);
    return ok(variant.id);
  }, { retries: 3 });
}
