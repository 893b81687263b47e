import type { Tx } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";

// The functions that the catalogue publishes for others (schema/sql/shop/0003_catalog.sql).

const reserve = query({
  name: "orders.reserveStock",
  text: "select variant_id, available from catalog.reserve_stock($1, $2, $3, $4)",
  params: ["uuid", "uuid[]", "int8[]", "timestamptz"],
  row: { variant_id: "uuid", available: "int8" },
  budget: { access: "write", maxRows: 100 },
});

const sell = query({
  name: "orders.sellReserved",
  text: "select catalog.sell_reserved($1, $2) as variants",
  params: ["uuid", "uuid"],
  row: { variants: "int8" },
  budget: { access: "write", maxRows: 1 },
});

const release = query({
  name: "orders.releaseStock",
  text: "select catalog.release_stock($1) as variants",
  params: ["uuid"],
  row: { variants: "int8" },
  budget: { access: "write", maxRows: 1 },
});

const putBack = query({
  name: "orders.restock",
  text: "select catalog.restock($1, $2, $3, $4) is null as done",
  params: ["uuid", "uuid[]", "int8[]", "text"],
  row: { done: "bool" },
  budget: { access: "write", maxRows: 1 },
});

type Units = readonly { variantId: string; quantity: bigint }[];

/** Holds all units for a checkout or none: answers the variants that are short, with what is left. */
export async function reserveStock(tx: Tx, checkoutId: string, units: Units, holdUntil: Date): Promise<{ variantId: string; available: bigint }[]> {
  const short = await tx.many(reserve, [checkoutId, units.map((unit) => unit.variantId), units.map((unit) => unit.quantity), holdUntil]);
  return short.map((row) => ({ variantId: row.variant_id, available: row.available }));
}

/** Turns the held units into sold ones. Answers how many variants were held. */
export async function sellReserved(tx: Tx, checkoutId: string, orderId: string): Promise<number> {
  return Number((await tx.one(sell, [checkoutId, orderId])).variants);
}

export async function releaseStock(tx: Tx, checkoutId: string): Promise<void> {
  await tx.one(release, [checkoutId]);
}

/** Why units of an order are on the shelf again: sent back, or never sent. */
export type RestockKind = "RETURN" | "CANCELLED";

/** Puts units back into the warehouses that the order took them from. */
export async function restock(tx: Tx, orderId: string, units: Units, kind: RestockKind = "RETURN"): Promise<void> {
  await tx.one(putBack, [orderId, units.map((unit) => unit.variantId), units.map((unit) => unit.quantity), kind]);
}
