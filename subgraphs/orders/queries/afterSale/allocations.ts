import type { Reader } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";

/** More warehouses than one line is taken from. */
const MAX_WAREHOUSES = 100;

/** Units of a line of an order and the warehouse they were taken from. */
export interface Allocation {
  readonly lineId: string;
  readonly warehouseCode: string;
  readonly warehouseName: string;
  readonly quantity: bigint;
  readonly putBackQuantity: bigint;
}

// An order has one line per variant, so what was taken of the variant was taken for the line.
const ofLines = query({
  name: "orders.allocationsOfLines",
  text: `select l.id as line_id, a.warehouse_code, a.warehouse_name, a.sold, a.put_back from orders.order_lines l
    cross join lateral (
      select * from catalog.order_allocations w where w.order_id = l.order_id and w.variant_id = l.variant_id order by w.warehouse_code limit ${MAX_WAREHOUSES}
    ) a where l.id = any($1)`,
  params: ["uuid[]"],
  row: { line_id: "uuid", warehouse_code: "text", warehouse_name: "text", sold: "int8", put_back: "int8" },
  budget: { access: "index", maxRows: 1_000 * MAX_WAREHOUSES },
});

export async function listAllocations(db: Reader, lineIds: readonly string[]): Promise<Allocation[]> {
  return (await db.many(ofLines, [lineIds])).map((found) => ({
    lineId: found.line_id, warehouseCode: found.warehouse_code, warehouseName: found.warehouse_name, quantity: found.sold, putBackQuantity: found.put_back,
  }));
}
