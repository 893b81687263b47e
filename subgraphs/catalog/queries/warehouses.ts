import { cursorOf, type Page } from "#kit/page.ts";
import type { Reader } from "#platform/db/database.ts";
import { query, type RowOf } from "#platform/db/query.ts";
import type { Warehouse } from "../domain/inventory.ts";

const COLUMNS = "w.id, w.code, w.name, w.country_code, w.priority, w.is_default";
const row = { id: "uuid", code: "text", name: "text", country_code: "text?", priority: "int4", is_default: "bool" } as const;

function toWarehouse(found: RowOf<typeof row>): Warehouse {
  return { id: found.id, code: found.code, name: found.name, countryCode: found.country_code, priority: found.priority, isDefault: found.is_default };
}

const byIds = query({
  name: "catalog.warehousesByIds",
  text: `select ${COLUMNS} from catalog.warehouses w where w.id = any($1)`,
  params: ["uuid[]"],
  row,
  budget: { access: "index", maxRows: 1_000 },
});

const byCode = query({
  name: "catalog.warehouseByCode",
  text: `select ${COLUMNS} from catalog.warehouses w where w.code = $1`,
  params: ["text"],
  row,
  budget: { access: "index", maxRows: 1 },
});

const list = query({
  name: "catalog.listWarehouses",
  text: `select ${COLUMNS} from catalog.warehouses w where w.code > $1 order by w.code limit $2`,
  params: ["text", "int4"],
  row,
  budget: { access: "index", maxRows: 101 },
});

// One writer at a time, so that there is always exactly one default and never more warehouses than allowed.
const lock = query({
  name: "catalog.lockWarehouses",
  text: "select pg_advisory_xact_lock(hashtextextended('catalog.warehouses', 0)) is null as locked",
  params: [],
  row: { locked: "bool" },
  budget: { access: "write", maxRows: 1 },
});

const count = query({
  name: "catalog.countWarehouses",
  text: "select count(*)::int4 as warehouses from catalog.warehouses",
  params: [],
  row: { warehouses: "int4" },
  budget: { access: "scan", maxRows: 1 },
});

const unmakeDefault = query({
  name: "catalog.unmakeDefaultWarehouse",
  text: "update catalog.warehouses set is_default = false, version = version + 1, updated_at = $2 where is_default and code <> $1",
  params: ["text", "timestamptz"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const upsert = query({
  name: "catalog.upsertWarehouse",
  text: `insert into catalog.warehouses as w (code, name, country_code, priority, is_default, created_at, updated_at) values ($1, $2, $3, $4, $5, $6, $6)
    on conflict (code) do update set name = excluded.name, country_code = excluded.country_code, priority = excluded.priority,
      is_default = excluded.is_default, version = w.version + 1, updated_at = excluded.updated_at
    returning ${COLUMNS}`,
  params: ["text", "text", "text?", "int4", "bool", "timestamptz"],
  row,
  budget: { access: "write", maxRows: 1 },
});

export const warehouseCursor = cursorOf("warehouses", ["text"]);

export async function listWarehousesByIds(db: Reader, ids: readonly string[]): Promise<Warehouse[]> {
  return (await db.many(byIds, [ids])).map(toWarehouse);
}

export async function findWarehouseByCode(db: Reader, code: string): Promise<Warehouse | undefined> {
  const found = await db.maybeOne(byCode, [code]);
  return found && toWarehouse(found);
}

/** Up to `page.limit` + 1 warehouses by code. */
export async function listWarehouses(db: Reader, page: Page<[string]>): Promise<Warehouse[]> {
  return (await db.many(list, [page.after?.[0] ?? "", page.limit + 1])).map(toWarehouse);
}

export async function lockWarehouses(tx: Reader): Promise<void> {
  await tx.one(lock, []);
}

export async function countWarehouses(tx: Reader): Promise<number> {
  return (await tx.one(count, [])).warehouses;
}

/** Writes the warehouse of this code; where it becomes the default, the one that was is none any more. */
export async function upsertWarehouse(tx: Reader, warehouse: Omit<Warehouse, "id">, at: Date): Promise<Warehouse> {
  if (warehouse.isDefault) await tx.execute(unmakeDefault, [warehouse.code, at]);
  return toWarehouse(await tx.one(upsert, [warehouse.code, warehouse.name, warehouse.countryCode, warehouse.priority, warehouse.isDefault, at]));
}
