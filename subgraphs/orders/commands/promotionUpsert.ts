import { auditAs } from "#kit/audit.ts";
import { uuidV7 } from "#schema/values/ids.ts";
import { err, ok, type Result } from "#schema/values/result.ts";
import type { Tx } from "#platform/db/database.ts";
import type { Commanded } from "../context.ts";
import { decidePromotion, type InvalidPromotion, type PromotionDraft, type WantedPromotion } from "../domain/promotions/decidePromotion.ts";
import { listPromotionsByIds, lockPromotion, putPromotion, type StoredPromotion } from "../queries/promotionAdmin.ts";
import { tellOfPromotion } from "../queries/promotionEvents.ts";

export type PromotionUpsertRefusal =
  | InvalidPromotion
  | { code: "PROMOTION_NOT_FOUND" }
  | { code: "PROMOTION_CHANGED_MEANWHILE"; version: number }
  | { code: "USAGE_LIMIT_TOO_LOW"; uses: bigint };

export interface PromotionUpsertInput extends WantedPromotion {
  /** Null: a new one. Undefined: an id that names no promotion at all. */
  readonly promotionId: string | null | undefined;
  readonly expectedVersion: number | null;
}

/** Undoes what was written of a promotion whose limit is below its uses. */
class LimitTooLow extends Error {}

export async function promotionUpsert(parts: Commanded, input: PromotionUpsertInput): Promise<Result<StoredPromotion, PromotionUpsertRefusal>> {
  const { db, clocks } = parts;
  const draft = decidePromotion(input);
  if (!draft.ok) return draft;
  if (input.promotionId === undefined) return err({ code: "PROMOTION_NOT_FOUND" });
  const { promotionId, expectedVersion } = input;
  try {
    return await db.tx((tx) => upsert(parts, tx, draft.value, promotionId, expectedVersion, clocks.business.now()), { retries: 3 });
  } catch (error) {
    if (!(error instanceof LimitTooLow)) throw error;
    const [found] = await listPromotionsByIds(db, promotionId === null ? [] : [promotionId]);
    return err({ code: "USAGE_LIMIT_TOO_LOW", uses: (found?.used ?? 0n) + (found?.held ?? 0n) });
  }
}

async function upsert(parts: Commanded, tx: Tx, draft: PromotionDraft, given: string | null, expected: number | null, at: Date): Promise<Result<StoredPromotion, PromotionUpsertRefusal>> {
  const known = given === null ? undefined : await lockPromotion(tx, given);
  if (given !== null && !known) return err({ code: "PROMOTION_NOT_FOUND" });
  if (known && expected !== null && known.version !== expected) return err({ code: "PROMOTION_CHANGED_MEANWHILE", version: known.version });
  const id = given ?? uuidV7(at);
  if (!(await putPromotion(tx, id, draft, at))) throw new LimitTooLow();
  const [stored] = await listPromotionsByIds(tx, [id]);
  if (!stored) throw new Error(`promotion ${id} is not there after it was written`);
  await tellOfPromotion(tx, stored, at);
  await auditAs(tx, parts, "promotionUpsert", "promotion", id, { isNew: given === null, version: stored.version });
  return ok(stored);
}
