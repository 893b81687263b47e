import { pagedByKey } from "#kit/batch.ts";
import type { Database } from "#platform/db/database.ts";
import { listMediaOfProducts, listMediaOfVariants } from "../queries/media.ts";

/** Pictures of products and variants that may be seen. */
export function mediaLoaders(db: Database) {
  return {
    mediaOfProduct: pagedByKey({ load: (ids, limit, _after: undefined) => listMediaOfProducts(db, ids, limit), keyOf: (media) => media.productId }),
    mediaOfVariant: pagedByKey({ load: (ids, limit, _after: undefined) => listMediaOfVariants(db, ids, limit), keyOf: (media) => media.variantId as string }),
  };
}
