import { auditAs } from "#kit/audit.ts";
import { can } from "#kit/viewer.ts";
import { err, ok, type Result } from "#schema/values/result.ts";
import { type InvalidValue, invalid } from "../../domain/draftRefusal.ts";
import { mayChange } from "../../domain/productDetails.ts";
import { tellProductsChanged } from "../../queries/productEvents.ts";
import { listLinkable } from "../../queries/writing/knownProducts.ts";
import { lockKind, lockNamed } from "../../queries/writing/named.ts";
import { findVendorOfCollection, setCollectionProducts } from "../../queries/writing/taxonomyRows.ts";
import type { CatalogParts } from "../once.ts";
import type { NamedRefusal } from "./settleNamed.ts";

export const MAX_HELD = 1_000;

export type CollectionProductsSetRefusal = InvalidValue | Exclude<NamedRefusal<"COLLECTION">, { code: "SLUG_TAKEN" }> | { code: "PRODUCT_NOT_FOUND"; path: readonly string[] };

/** Says what a collection holds. A vendor's holds products of the vendor's alone. */
export async function collectionProductsSet(parts: CatalogParts, { id, productIds, expectedVersion }: { id: string; productIds: readonly string[]; expectedVersion: number | undefined }): Promise<Result<string, CollectionProductsSetRefusal>> {
  const { viewer } = parts;
  if (productIds.length > MAX_HELD) return err(invalid(["productIds"], `A collection holds at most ${MAX_HELD} products.`));
  if (new Set(productIds).size < productIds.length) return err(invalid(["productIds"], "A product stands here twice."));
  return parts.db.tx<Result<string, CollectionProductsSetRefusal>>(async (tx) => {
    await lockKind(tx, "COLLECTION");
    const known = await lockNamed(tx, "COLLECTION", id);
    const owner = known && (await findVendorOfCollection(tx, id));
    if (!known || !owner || !mayChange(owner.vendorId, viewer)) return err({ code: "COLLECTION_NOT_FOUND", path: ["id"] });
    if (expectedVersion !== undefined && expectedVersion !== known.version) return err({ code: "VERSION_CONFLICT", path: ["expectedVersion"], expected: expectedVersion, actual: known.version });
    const fitting = new Set((await listLinkable(tx, productIds)).flatMap((product) => (owner.vendorId === null || product.vendorId === owner.vendorId ? [product.id] : [])));
    const missing = productIds.findIndex((product) => !fitting.has(product));
    if (missing !== -1) return err({ code: "PRODUCT_NOT_FOUND", path: ["productIds", String(missing)] });
    const at = parts.clocks.business.now();
    await tellProductsChanged(tx, await setCollectionProducts(tx, id, productIds, at), "UPDATED", at);
    if (can(viewer, "catalog.write")) await auditAs(tx, parts, "collectionProductsSet", "collection", id, { products: productIds.length });
    return ok(id);
  }, { retries: 3 });
}
