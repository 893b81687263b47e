import { err, ok, type Result } from "#schema/values/result.ts";
import type { Commanded } from "../context.ts";
import { disableCode, type PromotionCode } from "../queries/promotionCodes.ts";

/** Switches one code off. */
export async function promotionCodeDisable({ db }: Commanded, codeId: string | undefined): Promise<Result<PromotionCode, { code: "CODE_NOT_FOUND" }>> {
  const disabled = codeId === undefined ? undefined : await disableCode(db, codeId);
  return disabled ? ok(disabled) : err({ code: "CODE_NOT_FOUND" });
}
