import { err, ok, type Result } from "#schema/values/result.ts";
import { checkText, checkUnits, MAX_REASON, MAX_REFERENCE, MAX_UNITS, type QuantityRefusal, type TextRefusal } from "../domain/inventory.ts";
import { moveStock, setIncoming } from "../queries/inventory.ts";
import type { MovedStock } from "./inventoryAdjust.ts";
import { actorOf, type CatalogParts, type IdempotencyRefusal, once } from "./once.ts";
import { auditStock, type PlaceRefusal, stockOf, tellAdjusted } from "./stockOf.ts";

export type InventoryReceiveRefusal = PlaceRefusal | QuantityRefusal | TextRefusal | IdempotencyRefusal;

export interface InventoryReceiveInput {
  readonly variantId: string | undefined;
  readonly warehouseId: string | undefined;
  readonly quantity: number;
  readonly reference: string | null;
  readonly reason: string | null;
  readonly key: string;
}

/** Takes a delivery in. What was incoming becomes less by it, never less than nothing: deliveries may be larger than announced. */
export async function inventoryReceive(parts: CatalogParts, input: InventoryReceiveInput): Promise<Result<MovedStock, InventoryReceiveRefusal>> {
  const wrong = checkUnits("quantity", input.quantity) ?? checkText("reference", input.reference, MAX_REFERENCE) ?? checkText("reason", input.reason, MAX_REASON);
  if (wrong) return err(wrong);
  const { key, ...content } = input;
  return once<MovedStock, InventoryReceiveRefusal>(parts, { operation: "inventoryReceive", key, content }, async (tx) => {
    const places = await stockOf(tx, parts, input.variantId, { warehouseId: input.warehouseId });
    if (!places.ok) return places;
    const [{ level, warehouse }] = places.value as [(typeof places.value)[number]];
    const units = BigInt(input.quantity);
    if (level.onHand + units > MAX_UNITS) return err({ code: "INVALID_STOCK_QUANTITY", field: "quantity", min: 1, max: MAX_UNITS });
    const movementIds = [await moveStock(tx, level, units, "RECEIVED", { actor: actorOf(parts.viewer), reason: input.reason, reference: input.reference })];
    if (level.incoming > 0n) await setIncoming(tx, level, level.incoming > units ? level.incoming - units : 0n);
    await tellAdjusted(tx, movementIds, [warehouse]);
    await auditStock(tx, parts, "inventoryReceive", level.variantId, { movementIds });
    return ok({ variantId: level.variantId, warehouseIds: [warehouse.id], movementIds });
  });
}
