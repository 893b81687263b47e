import { err, ok, type Result } from "#schema/values/result.ts";
import { type Adjustment, type AdjustRefusal, checkAdjustment, checkText, MAX_REASON, planAdjustment, type TextRefusal } from "../domain/inventory.ts";
import { moveStock } from "../queries/inventory.ts";
import { actorOf, type CatalogParts, type IdempotencyRefusal, once } from "./once.ts";
import { auditStock, type PlaceRefusal, stockOf, tellAdjusted } from "./stockOf.ts";

export type InventoryAdjustRefusal = PlaceRefusal | AdjustRefusal | TextRefusal | IdempotencyRefusal;

export interface InventoryAdjustInput extends Adjustment {
  /** Undefined where the id names no variant, or no warehouse, at all. */
  readonly variantId: string | undefined;
  readonly warehouseId: string | undefined;
  readonly reason: string;
  readonly key: string;
}

/** What is kept under the key. */
export interface MovedStock {
  readonly variantId: string;
  readonly warehouseIds: readonly string[];
  readonly movementIds: readonly string[];
}

/** Corrects what is on hand in a warehouse, with its line in the ledger and its event, all or nothing. */
export async function inventoryAdjust(parts: CatalogParts, input: InventoryAdjustInput): Promise<Result<MovedStock, InventoryAdjustRefusal>> {
  const wrong = checkAdjustment(input) ?? checkText("reason", input.reason, MAX_REASON);
  if (wrong) return err(wrong);
  const { key, ...content } = input;
  return once<MovedStock, InventoryAdjustRefusal>(parts, { operation: "inventoryAdjust", key, content }, async (tx) => {
    const places = await stockOf(tx, parts, input.variantId, { warehouseId: input.warehouseId });
    if (!places.ok) return places;
    const [{ level, warehouse }] = places.value as [(typeof places.value)[number]];
    const units = planAdjustment(level, input);
    if (!units.ok) return units;
    const told = { actor: actorOf(parts.viewer), reason: input.reason, reference: null };
    const movementIds = units.value === 0n ? [] : [await moveStock(tx, level, units.value, input.kind, told)];
    await tellAdjusted(tx, movementIds, [warehouse]);
    await auditStock(tx, parts, "inventoryAdjust", level.variantId, { movementIds });
    return ok({ variantId: level.variantId, warehouseIds: [warehouse.id], movementIds });
  });
}
