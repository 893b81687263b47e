import { byKey, manyByKey, pagedByKey } from "#kit/batch.ts";
import type { Database } from "#platform/db/database.ts";
import { listLevels, listMovements, listThresholds } from "../queries/inventory.ts";
import { listWarehousesByIds } from "../queries/warehouses.ts";

/** Stock as the people of the shop see it. Who may is asked by the guards of its fields. */
export function inventoryLoaders(db: Database) {
  return {
    warehouseById: byKey({ load: (ids) => listWarehousesByIds(db, ids), keyOf: (warehouse) => warehouse.id }),
    levelsOfVariant: manyByKey({ load: (ids) => listLevels(db, ids), keyOf: (level) => level.variantId }),
    thresholdOfVariant: byKey({ load: (ids) => listThresholds(db, ids), keyOf: (one) => one.variantId }),
    movementsOfVariant: pagedByKey({
      load: (ids, limit, after: [string, string] | undefined) => listMovements(db, ids, limit + 1, after),
      keyOf: (movement) => movement.variantId,
    }),
  };
}
