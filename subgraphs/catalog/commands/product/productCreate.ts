import type { Result } from "#schema/values/result.ts";
import type { DraftRefusal } from "../../domain/draftRefusal.ts";
import type { ProductDraft } from "../../domain/productInput.ts";
import type { CatalogParts } from "../once.ts";
import { ownerOf } from "./rightsOf.ts";
import { writeProduct } from "./writeProduct.ts";
import type { WrittenProduct } from "./writeProducts.ts";

/** Brings a product into the catalogue. */
export function productCreate(parts: CatalogParts, draft: Omit<ProductDraft, "id">): Promise<Result<WrittenProduct, DraftRefusal>> {
  return parts.db.tx((tx) => writeProduct(tx, parts, "productCreate", { ...draft, vendorId: ownerOf(parts.viewer, draft.vendorId) }), { retries: 3 });
}
