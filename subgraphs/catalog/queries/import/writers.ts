import type { Tx } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";

const countStock = query({
  name: "catalog.importCountStock",
  text: "select place, before, after, movement from catalog.count_stock($1, $2, $3, $4, $5, $6)",
  params: ["uuid[]", "uuid[]", "int8[]", "text", "text", "text"],
  row: { place: "int4", before: "int8", after: "int8?", movement: "uuid?" },
  budget: { access: "write", maxRows: 10_000 },
});
const importCustomers = query({
  name: "catalog.importCustomers",
  text: "select place, outcome, field, reason from users.import_customers($1, $2)",
  params: ["jsonb", "bool"],
  row: { place: "int4", outcome: "text", field: "text?", reason: "text?" },
  budget: { access: "write", maxRows: 10_000 },
});
const customersOf = query({
  name: "catalog.importCustomersOf",
  text: "select place, user_id from users.customers_of_import($1, $2)",
  params: ["text[]", "text[]"],
  row: { place: "int4", user_id: "uuid?" },
  budget: { access: "index", maxRows: 10_000 },
});
const knownOrders = query({
  name: "catalog.importKnownOrders",
  text: "select number, source, user_id, content from orders.orders_of_import($1)",
  params: ["text[]"],
  row: { number: "text", source: "text", user_id: "uuid?", content: "text" },
  budget: { access: "index", maxRows: 10_000 },
});
const importOrders = query({
  name: "catalog.importOrders",
  text: "select orders.import_orders($1) as written",
  params: ["jsonb"],
  row: { written: "int8" },
  budget: { access: "write", maxRows: 1 },
});
const warehouses = query({
  name: "catalog.importWarehouses",
  text: "select w.id, w.code, w.is_default from catalog.warehouses w",
  params: [],
  row: { id: "uuid", code: "text", is_default: "bool" },
  budget: { access: "scan", maxRows: 1_000 },
});

export interface Counted { readonly before: bigint; /** Undefined where more is held than would be left. */ readonly after: bigint | undefined; readonly movementId: string | null }

/** Sets what is on hand, as one count each, in the order asked. */
export async function countStockRows(tx: Tx, rows: readonly { variantId: string; warehouseId: string; units: bigint }[], told: { actor: string; reason: string; reference: string }): Promise<Counted[]> {
  const counted: Counted[] = [];
  const found = rows.length === 0 ? [] : await tx.many(countStock, [rows.map((one) => one.variantId), rows.map((one) => one.warehouseId), rows.map((one) => one.units), told.actor, told.reason, told.reference]);
  for (const { place, before, after, movement } of found) counted[place - 1] = { before, after: after ?? undefined, movementId: movement };
  return counted;
}

export interface SettledCustomer { readonly outcome: "CREATED" | "UPDATED" | "UNCHANGED" | "REFUSED"; readonly field: string | null; readonly reason: string | null }
export async function importCustomerRows(tx: Tx, items: readonly object[], isDry: boolean): Promise<SettledCustomer[]> {
  const settled: SettledCustomer[] = [];
  for (const { place, outcome, field, reason } of await tx.many(importCustomers, [JSON.stringify(items), isDry])) settled[place - 1] = { outcome: outcome as SettledCustomer["outcome"], field, reason };
  return settled;
}
/** The ids of customers by reference or address, in the order asked. */
export async function findCustomers(tx: Tx, asked: readonly { ref: string | undefined; email: string | undefined }[]): Promise<(string | undefined)[]> {
  const found: (string | undefined)[] = [];
  const nullable = (values: (string | undefined)[]) => values.map((value) => value ?? null) as unknown as string[];
  for (const { place, user_id } of await tx.many(customersOf, [nullable(asked.map(({ ref }) => ref)), nullable(asked.map(({ email }) => email))])) found[place - 1] = user_id ?? undefined;
  return found;
}
export interface KnownOrder { readonly source: string; readonly userId: string | null; readonly content: string }
export async function findOrders(tx: Tx, numbers: readonly string[]): Promise<Map<string, KnownOrder>> {
  return new Map((await tx.many(knownOrders, [numbers])).map((found) => [found.number, { source: found.source, userId: found.user_id, content: found.content }]));
}
export async function importOrderRows(tx: Tx, items: readonly object[]): Promise<void> {
  if (items.length > 0) await tx.one(importOrders, [JSON.stringify(items)]);
}
export async function listImportWarehouses(tx: Tx): Promise<{ id: string; code: string; isDefault: boolean }[]> {
  return (await tx.many(warehouses, [])).map(({ id, code, is_default }) => ({ id, code, isDefault: is_default }));
}
