import { auditAs } from "#kit/audit.ts";
import { randomFillSync } from "node:crypto";
import { uuidV7 } from "#schema/values/ids.ts";
import { err, ok, type Result } from "#schema/values/result.ts";
import type { Tx } from "#platform/db/database.ts";
import { actorOf, type Commanded } from "../context.ts";
import { generateCode, normalizeCode } from "../domain/promotions/codes.ts";
import { decideBatch } from "../domain/promotions/decideCodes.ts";
import type { InvalidPromotion } from "../domain/promotions/decidePromotion.ts";
import { lockPromotion } from "../queries/promotionAdmin.ts";
import { insertCodes, listCodesOfBatch, type PromotionCode } from "../queries/promotionCodes.ts";
import { checkKey, type IdempotencyRefusal, keys, LEASE_SECONDS, refusalOf } from "./idempotency.ts";

export type VoucherBatchCreateRefusal = IdempotencyRefusal | InvalidPromotion | { code: "PROMOTION_NOT_FOUND" };

export interface VoucherBatchCreateInput {
  readonly promotionId: string | undefined;
  readonly key: string;
  readonly count: number;
  readonly prefix: string | null;
  readonly usageLimit: number | null;
  readonly expiresAt: Date | null;
}

/** Generates codes that nobody guesses. The same key gives the same codes again. */
export async function voucherBatchCreate(parts: Commanded, input: VoucherBatchCreateInput): Promise<Result<PromotionCode[], VoucherBatchCreateRefusal>> {
  const { db, clocks, viewer } = parts;
  const badKey = checkKey(input.key);
  if (badKey) return err(badKey);
  const batch = decideBatch(input.count, input.prefix, input.usageLimit);
  if (!batch.ok) return batch;
  const { key, ...content } = input;
  const call = { actor: actorOf(viewer), operation: "voucherBatchCreate", key, content };
  return db.tx(async (tx): Promise<Result<PromotionCode[], VoucherBatchCreateRefusal>> => {
    const claim = await keys.claim(tx, call, LEASE_SECONDS);
    const refusal = refusalOf(claim);
    if (refusal) return err(refusal);
    if (claim.kind === "STORED") return ok(await listCodesOfBatch(tx, (claim.response as { batchId: string }).batchId));
    if (input.promotionId === undefined || !(await lockPromotion(tx, input.promotionId))) {
      await keys.forget(tx, call);
      return err({ code: "PROMOTION_NOT_FOUND" });
    }
    const at = clocks.business.now();
    const batchId = uuidV7(at);
    const made = await generate(tx, { promotionId: input.promotionId, batchId, expiresAt: input.expiresAt, ...batch.value }, input.count, at);
    await auditAs(tx, parts, "voucherBatchCreate", "promotion", input.promotionId, { batchId, codes: made.length });
    await keys.finish(tx, call, { batchId });
    return ok(made);
  }, { retries: 3 });
}

async function generate(tx: Tx, batch: { promotionId: string; batchId: string; prefix: string; usageLimit: bigint | null; expiresAt: Date | null }, count: number, at: Date): Promise<PromotionCode[]> {
  const made: PromotionCode[] = [];
  // With 80 random bits one is taken already about never; then another is made.
  while (made.length < count) {
    const codes = Array.from({ length: count - made.length }, () => `${batch.prefix}${generateCode(randomFillSync)}`).map((code) => ({ code, normalized: normalizeCode(code) ?? code }));
    made.push(...(await insertCodes(tx, { ...batch, codes }, at)));
  }
  return made;
}
