import { manyByKey, pagedByKey } from "#kit/batch.ts";
import type { Database } from "#platform/db/database.ts";
import { listCartCodes } from "../queries/cartCodes.ts";
import { listMovements } from "../queries/giftCards.ts";
import { listCodesOfPromotions } from "../queries/promotionCodes.ts";

export function promotionLoaders(db: Database) {
  return {
    codesOfCart: manyByKey({ load: (ids) => listCartCodes(db, ids), keyOf: (code) => code.cartId }),
    codesOfPromotion: pagedByKey({
      load: (ids, limit, after: [string] | undefined) => listCodesOfPromotions(db, ids, limit + 1, after?.[0]),
      keyOf: (code) => code.promotionId,
    }),
    movementsOfGiftCard: manyByKey({ load: (ids) => listMovements(db, ids), keyOf: (movement) => movement.giftCardId }),
  };
}
