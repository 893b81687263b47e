import { auditAs } from "#kit/audit.ts";
import { err, ok, type Result } from "#schema/values/result.ts";
import type { Commanded } from "../context.ts";
import { disableCode, type PromotionCode } from "../queries/promotionCodes.ts";

/** Switches one code off. */
export async function promotionCodeDisable(parts: Commanded, codeId: string | undefined): Promise<Result<PromotionCode, { code: "CODE_NOT_FOUND" }>> {
  if (codeId === undefined) return err({ code: "CODE_NOT_FOUND" });
  return parts.db.tx(async (tx): Promise<Result<PromotionCode, { code: "CODE_NOT_FOUND" }>> => {
    const disabled = await disableCode(tx, codeId);
    if (!disabled) return err({ code: "CODE_NOT_FOUND" });
    await auditAs(tx, parts, "promotionCodeDisable", "promotionCode", codeId);
    return ok(disabled);
  });
}
