import { allow, anyOf, type Guards, permission, when } from "#kit/guard.ts";
import type { CatalogContext } from "../context.ts";
import type { Variant } from "../domain/product.ts";

const keepers = anyOf(permission("inventory.write"), permission("inventory.writeOwn"));
const staff = permission("warehouses.read");
const itsVendor = when<Variant, unknown, CatalogContext>("the people of the variant's vendor", async (viewer, variant, _args, { loaders }) => {
  if (viewer.vendorIds.length === 0) return false;
  const vendorId = (await loaders.productById.load(variant.productId))?.vendorId ?? null;
  return vendorId !== null && viewer.vendorIds.includes(vendorId);
});
const seesStock = anyOf(permission("inventory.read"), permission("inventory.write"), itsVendor);

/** Whose variant a mutation names is looked at by its command: another vendor's is not there. Who holds a level or a movement may have its fields. */
export const inventoryGuards: Guards = {
  Query: { warehouses: staff, warehouse: staff },
  Mutation: { warehouseUpsert: permission("warehouses.write"), inventoryAdjust: keepers, inventoryReceive: keepers, incomingSet: keepers, inventoryTransfer: keepers, lowStockThresholdSet: keepers },
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
