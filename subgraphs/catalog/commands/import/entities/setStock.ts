import type { Tx } from "#platform/db/database.ts";
import { MAX_UNITS } from "../../../domain/inventory.ts";
import { getMovements } from "../../../queries/inventory.ts";
import { countStockRows, listImportWarehouses } from "../../../queries/import/writers.ts";
import { listWarehousesByIds } from "../../../queries/warehouses.ts";
import { tellAdjusted } from "../../stockOf.ts";
import { type ImportRun, type Part, refused, type Verdict } from "../importRun.ts";

export interface StockRow { readonly part: Part; readonly variantId: string; readonly units: number; /** The default one where undefined. */ readonly warehouse: string | undefined }

/** Sets what is on hand, as counted. Answers the rows that changed something; refusals go into the verdicts. */
export async function setStock(tx: Tx, run: ImportRun, rows: readonly StockRow[], verdicts: Map<Part, Verdict>, field: string): Promise<Set<Part>> {
  if (rows.length === 0) return new Set();
  const warehouses = await listImportWarehouses(tx);
  const placed = rows.flatMap((row) => {
    const warehouse = warehouses.find(({ code, isDefault }) => (row.warehouse === undefined ? isDefault : code === row.warehouse));
    if (!warehouse) verdicts.set(row.part, refused("warehouse", "there is no warehouse of this code"));
    else if (row.units < 0 || row.units > MAX_UNITS) verdicts.set(row.part, refused(field, `a number of units goes from 0 to ${MAX_UNITS}`));
    else return [{ ...row, warehouseId: warehouse.id }];
    return [];
  });
  const counted = await countStockRows(tx, placed.map(({ variantId, warehouseId, units }) => ({ variantId, warehouseId, units: BigInt(units) })), { actor: run.actor, reason: "import", reference: run.reference });
  const changed = new Set<Part>();
  const movements: string[] = [];
  for (const [index, row] of placed.entries()) {
    const found = counted[index];
    if (found?.after === undefined) verdicts.set(row.part, refused(field, "more units are held for purchases under way than would be left"));
    else if (found.movementId !== null) {
      changed.add(row.part);
      movements.push(found.movementId);
    }
  }
  if (movements.length > 0) {
    const moved = await getMovements(tx, movements);
    const byId = new Map((await listWarehousesByIds(tx, [...new Set(moved.flatMap(({ warehouseId }) => warehouseId ?? []))])).map((one) => [one.id, one]));
    await tellAdjusted(tx, movements, moved.map(({ warehouseId }) => byId.get(warehouseId ?? "") as NonNullable<ReturnType<typeof byId.get>>));
  }
  return changed;
}
