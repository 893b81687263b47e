import { auditAs } from "#kit/audit.ts";
import { err, ok, type Result } from "#schema/values/result.ts";
import type { Commanded } from "../context.ts";
import { type BadCodes, decideCodes } from "../domain/promotions/decideCodes.ts";
import type { InvalidPromotion } from "../domain/promotions/decidePromotion.ts";
import { lockPromotion } from "../queries/promotionAdmin.ts";
import { insertCodes, type PromotionCode } from "../queries/promotionCodes.ts";

export type PromotionCodesCreateRefusal = BadCodes | InvalidPromotion | { code: "PROMOTION_NOT_FOUND" } | { code: "CODE_TAKEN"; taken: string };

export interface PromotionCodesCreateInput {
  readonly promotionId: string | undefined;
  readonly codes: readonly string[];
  readonly usageLimit: number | null;
  readonly expiresAt: Date | null;
}

/** Undoes the codes that were made beside one that is taken. */
class Taken extends Error {
  readonly taken: string;
  constructor(taken: string) {
    super(`the code ${taken} is taken`);
    this.taken = taken;
  }
}

/** Gives a promotion codes of one's own choice, all or none. */
export async function promotionCodesCreate(parts: Commanded, input: PromotionCodesCreateInput): Promise<Result<PromotionCode[], PromotionCodesCreateRefusal>> {
  const { db, clocks } = parts;
  const decided = decideCodes(input.codes, input.usageLimit);
  if (!decided.ok) return decided;
  const { promotionId, expiresAt } = input;
  if (promotionId === undefined) return err({ code: "PROMOTION_NOT_FOUND" });
  const { codes, usageLimit } = decided.value;
  try {
    return await db.tx(async (tx): Promise<Result<PromotionCode[], PromotionCodesCreateRefusal>> => {
      const promotion = await lockPromotion(tx, promotionId);
      if (!promotion) return err({ code: "PROMOTION_NOT_FOUND" });
      const made = await insertCodes(tx, { promotionId, codes, usageLimit, expiresAt, batchId: null }, clocks.business.now());
      const missing = codes.find(({ code }) => !made.some((one) => one.code === code));
      if (missing) throw new Taken(missing.code);
      await auditAs(tx, parts, "promotionCodesCreate", "promotion", promotionId, { codeIds: made.map((one) => one.id) });
      return ok(made);
    }, { retries: 3 });
  } catch (error) {
    if (error instanceof Taken) return err({ code: "CODE_TAKEN", taken: error.taken });
    throw error;
  }
}
