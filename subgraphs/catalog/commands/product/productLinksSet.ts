import type { Result } from "#schema/values/result.ts";
import type { DraftRefusal } from "../../domain/draftRefusal.ts";
import type { DraftLink } from "../../domain/productInput.ts";
import type { CatalogParts } from "../once.ts";
import { writeProduct } from "./writeProduct.ts";
import type { WrittenProduct } from "./writeProducts.ts";

/** Says which products go with a product in one way. */
export function productLinksSet(parts: CatalogParts, { id, link, expectedVersion }: { id: string; link: DraftLink; expectedVersion: number | undefined }): Promise<Result<WrittenProduct, DraftRefusal>> {
  return parts.db.tx((tx) => writeProduct(tx, parts, "productLinksSet", { id, expectedVersion, links: [link] }), { retries: 3 });
}
