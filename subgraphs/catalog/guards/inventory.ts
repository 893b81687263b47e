import { allow, type Guards, role, when } from "#kit/guard.ts";
import type { CatalogContext } from "../context.ts";
import { maySeeStockOf } from "../domain/inventory.ts";
import type { Variant } from "../domain/product.ts";

const keepers = role("ADMIN", "VENDOR");
const staff = role("ADMIN", "SUPPORT", "VENDOR");
const seesStock = when<Variant, unknown, CatalogContext>("ADMIN, SUPPORT or the variant's vendor", async (viewer, variant, _args, { loaders }) => {
  const product = await loaders.productById.load(variant.productId);
  return maySeeStockOf(product?.vendorId ?? null, viewer);
});

/** Whose variant a mutation names is looked at by its command: another vendor's is not there. Who holds a level or a movement may have its fields. */
export const inventoryGuards: Guards = {
  Query: { warehouses: staff, warehouse: staff },
  Mutation: { warehouseUpsert: role("ADMIN"), inventoryAdjust: keepers, inventoryReceive: keepers, incomingSet: keepers, inventoryTransfer: keepers, lowStockThresholdSet: keepers },
  ProductVariant: { inventory: seesStock, lowStockThreshold: seesStock, stockMovements: seesStock },
  Warehouse: allow,
  InventoryLevel: allow,
  StockMovement: allow,
  Order: allow,
  WarehouseConnection: allow,
  WarehouseEdge: allow,
  StockMovementConnection: allow,
  StockMovementEdge: allow,
  WarehouseUpsertSuccess: allow,
  InventoryAdjustSuccess: allow,
  InventoryReceiveSuccess: allow,
  IncomingSetSuccess: allow,
  InventoryTransferSuccess: allow,
  LowStockThresholdSetSuccess: allow,
  InvalidWarehouse: allow,
  DefaultWarehouseNeeded: allow,
  TooManyWarehouses: allow,
  VariantNotFound: allow,
  WarehouseNotFound: allow,
  SameWarehouse: allow,
  InvalidStockQuantity: allow,
  InvalidStockText: allow,
  InvalidAdjustment: allow,
  StockChanged: allow,
  StockHeld: allow,
  InvalidIdempotencyKey: allow,
  IdempotencyConflict: allow,
  RequestInProgress: allow,
};
