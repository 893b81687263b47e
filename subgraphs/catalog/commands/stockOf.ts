import { err, ok, type Result } from "#schema/values/result.ts";
import { type AuditDetails, auditAs } from "#kit/audit.ts";
import { can } from "#kit/viewer.ts";
import type { Tx } from "#platform/db/database.ts";
import { writeEvents } from "#platform/events/outbox.ts";
import { type Level, mayKeepStockOf, type Warehouse } from "../domain/inventory.ts";
import { getMovements, lockStock, readLevel } from "../queries/inventory.ts";
import { listProductsByIds } from "../queries/products.ts";
import { listVariantsByIds } from "../queries/variants.ts";
import { listWarehousesByIds } from "../queries/warehouses.ts";
import type { CatalogParts } from "./once.ts";

export type PlaceRefusal = { code: "VARIANT_NOT_FOUND" } | { code: "WAREHOUSE_NOT_FOUND"; field: string };

/** Which ids of the input name a warehouse; undefined where the text is no id of a warehouse. */
export type WarehouseIds = Readonly<Record<string, string | undefined>>;

/** The variant, if its stock is the viewer's to keep: another vendor's is not there for them. */
export async function findKeptVariant(tx: Tx, { viewer }: CatalogParts, variantId: string | undefined): Promise<string | undefined> {
  const [variant] = variantId === undefined ? [] : await listVariantsByIds(tx, [variantId]);
  const [product] = variant ? await listProductsByIds(tx, [variant.productId]) : [];
  return variant && product && mayKeepStockOf(product.vendorId, viewer) ? variant.id : undefined;
}

/** Locks the variant's stock and reads what stands in the warehouses named, in their order. */
export async function stockOf(tx: Tx, parts: CatalogParts, variantId: string | undefined, warehouseIds: WarehouseIds): Promise<Result<{ level: Level; warehouse: Warehouse }[], PlaceRefusal>> {
  const variant = await findKeptVariant(tx, parts, variantId);
  if (variant === undefined) return err({ code: "VARIANT_NOT_FOUND" });
  const asked = Object.entries(warehouseIds);
  const known = new Map((await listWarehousesByIds(tx, asked.flatMap(([, id]) => id ?? []))).map((warehouse) => [warehouse.id, warehouse]));
  const unknown = asked.find(([, id]) => id === undefined || !known.has(id));
  if (unknown) return err({ code: "WAREHOUSE_NOT_FOUND", field: unknown[0] });
  await lockStock(tx, variant);
  const places = [];
  for (const [, id] of asked) places.push({ level: await readLevel(tx, variant, id as string), warehouse: known.get(id as string) as Warehouse });
  return ok(places);
}

/** Writes down who changes stock that is not their own vendor's. */
export async function auditStock(tx: Tx, parts: CatalogParts, action: string, variantId: string, details: AuditDetails): Promise<void> {
  if (can(parts.viewer, "inventory.write")) await auditAs(tx, parts, action, "variant", variantId, details);
}

/** Tells of movements that were made by hand, one event for each. */
export async function tellAdjusted(tx: Tx, movementIds: readonly string[], warehouses: readonly Warehouse[]): Promise<void> {
  const movements = await getMovements(tx, movementIds);
  await writeEvents(tx, movements.map((movement, index) => ({
    aggregate: "variant", aggregateId: movement.variantId, type: "StockAdjusted", occurredAt: movement.occurredAt,
    payload: {
      variantId: movement.variantId, warehouseId: movement.warehouseId, warehouseCode: warehouses[index]?.code, movementId: movement.id, kind: movement.kind,
      quantity: String(movement.quantity), onHandBefore: String(movement.onHandBefore), onHandAfter: String(movement.onHandAfter),
      reason: movement.reason, reference: movement.reference, actor: movement.actor,
    },
  })));
}
