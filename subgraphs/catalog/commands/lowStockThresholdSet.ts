import { err, ok, type Result } from "#schema/values/result.ts";
import { checkUnits, type QuantityRefusal } from "../domain/inventory.ts";
import { lockStock, setThreshold } from "../queries/inventory.ts";
import type { CatalogParts } from "./once.ts";
import { auditStock, findKeptVariant, type PlaceRefusal } from "./stockOf.ts";

export type LowStockThresholdSetRefusal = Extract<PlaceRefusal, { code: "VARIANT_NOT_FOUND" }> | QuantityRefusal;

export interface LowStockThresholdSetInput {
  readonly variantId: string | undefined;
  readonly threshold: number | null;
}

/** Sets from when on a variant is low; where that makes it low or plenty at once, the event is written. Answers the variant. */
export async function lowStockThresholdSet(parts: CatalogParts, { variantId, threshold }: LowStockThresholdSetInput): Promise<Result<string, LowStockThresholdSetRefusal>> {
  const wrong = threshold === null ? undefined : checkUnits("threshold", threshold, 0);
  if (wrong) return err(wrong);
  return parts.db.tx<Result<string, LowStockThresholdSetRefusal>>(async (tx) => {
    const variant = await findKeptVariant(tx, parts, variantId);
    if (variant === undefined) return err({ code: "VARIANT_NOT_FOUND" });
    await lockStock(tx, variant);
    await setThreshold(tx, variant, threshold === null ? null : BigInt(threshold));
    await auditStock(tx, parts, "lowStockThresholdSet", variant, { threshold });
    return ok(variant);
  }, { retries: 3 });
}
