import { auditAs } from "#kit/audit.ts";
import { err, ok, type Result } from "#schema/values/result.ts";
import type { Commanded } from "../context.ts";
import { disablePromotion, listPromotionsByIds, lockPromotion, type StoredPromotion } from "../queries/promotionAdmin.ts";
import { tellOfPromotion } from "../queries/promotionEvents.ts";

export type PromotionDisableRefusal = { code: "PROMOTION_NOT_FOUND" };

/** Switches a promotion off; doing it twice changes nothing. */
export async function promotionDisable(parts: Commanded, promotionId: string | undefined): Promise<Result<StoredPromotion, PromotionDisableRefusal>> {
  if (promotionId === undefined) return err({ code: "PROMOTION_NOT_FOUND" });
  return parts.db.tx(async (tx): Promise<Result<StoredPromotion, PromotionDisableRefusal>> => {
    if (!(await lockPromotion(tx, promotionId))) return err({ code: "PROMOTION_NOT_FOUND" });
    const at = parts.clocks.business.now();
    const wasOn = await disablePromotion(tx, promotionId, at);
    const [stored] = await listPromotionsByIds(tx, [promotionId]);
    if (!stored) return err({ code: "PROMOTION_NOT_FOUND" });
    await auditAs(tx, parts, "promotionDisable", "promotion", promotionId, { wasOn });
    if (wasOn) await tellOfPromotion(tx, stored, at);
    return ok(stored);
  }, { retries: 3 });
}
