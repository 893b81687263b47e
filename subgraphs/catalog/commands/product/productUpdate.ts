import type { Result } from "#schema/values/result.ts";
import type { DraftRefusal } from "../../domain/draftRefusal.ts";
import type { ProductDraft } from "../../domain/productInput.ts";
import type { CatalogParts } from "../once.ts";
import { writeProduct } from "./writeProduct.ts";
import type { WrittenProduct } from "./writeProducts.ts";

/** Changes what is given of a product. */
export function productUpdate(parts: CatalogParts, draft: ProductDraft & { readonly id: string }): Promise<Result<WrittenProduct, DraftRefusal>> {
  return parts.db.tx((tx) => writeProduct(tx, parts, "productUpdate", draft), { retries: 3 });
}
