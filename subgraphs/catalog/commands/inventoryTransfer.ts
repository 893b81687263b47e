import { err, ok, type Result } from "#schema/values/result.ts";
import { checkText, checkUnits, type Level, MAX_REASON, MAX_UNITS, type QuantityRefusal, type TextRefusal } from "../domain/inventory.ts";
import { transferStock } from "../queries/inventory.ts";
import type { MovedStock } from "./inventoryAdjust.ts";
import { actorOf, type CatalogParts, type IdempotencyRefusal, once } from "./once.ts";
import { auditStock, type PlaceRefusal, stockOf, tellAdjusted } from "./stockOf.ts";

export type InventoryTransferRefusal =
  | PlaceRefusal
  | QuantityRefusal
  | TextRefusal
  | IdempotencyRefusal
  | { code: "SAME_WAREHOUSE" }
  | { code: "STOCK_HELD"; level: Level };

export interface InventoryTransferInput {
  readonly variantId: string | undefined;
  readonly fromWarehouseId: string | undefined;
  readonly toWarehouseId: string | undefined;
  readonly quantity: number;
  readonly reason: string | null;
  readonly key: string;
}

/** Takes free units from one warehouse to another. */
export async function inventoryTransfer(parts: CatalogParts, input: InventoryTransferInput): Promise<Result<MovedStock, InventoryTransferRefusal>> {
  const wrong = checkUnits("quantity", input.quantity) ?? checkText("reason", input.reason, MAX_REASON);
  if (wrong) return err(wrong);
  const { key, ...content } = input;
  return once<MovedStock, InventoryTransferRefusal>(parts, { operation: "inventoryTransfer", key, content }, async (tx) => {
    const { variantId, fromWarehouseId, toWarehouseId } = input;
    const places = await stockOf(tx, parts, variantId, { fromWarehouseId, toWarehouseId });
    if (!places.ok) return places;
    const [from, to] = places.value as [(typeof places.value)[number], (typeof places.value)[number]];
    if (from.warehouse.id === to.warehouse.id) return err({ code: "SAME_WAREHOUSE" });
    const units = BigInt(input.quantity);
    if (from.level.onHand - from.level.reserved < units) return err({ code: "STOCK_HELD", level: from.level });
    if (to.level.onHand + units > MAX_UNITS) return err({ code: "INVALID_STOCK_QUANTITY", field: "quantity", min: 1, max: MAX_UNITS });
    const movementIds = await transferStock(tx, from.level, to.level, units, { actor: actorOf(parts.viewer), reason: input.reason, reference: null });
    await tellAdjusted(tx, movementIds, [from.warehouse, to.warehouse]);
    await auditStock(tx, parts, "inventoryTransfer", from.level.variantId, { movementIds });
    return ok({ variantId: from.level.variantId, warehouseIds: [from.warehouse.id, to.warehouse.id], movementIds });
  });
}
