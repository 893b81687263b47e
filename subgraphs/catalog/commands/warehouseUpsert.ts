import { auditAs } from "#kit/audit.ts";
import { err, ok, type Result } from "#schema/values/result.ts";
import { checkText, isWarehouseCode, MAX_WAREHOUSES, type Warehouse } from "../domain/inventory.ts";
import { countWarehouses, findWarehouseByCode, lockWarehouses, upsertWarehouse } from "../queries/warehouses.ts";
import type { CatalogParts } from "./once.ts";

export type WarehouseUpsertRefusal =
  | { code: "INVALID_WAREHOUSE"; field: "code" | "name" | "priority" }
  | { code: "DEFAULT_WAREHOUSE_NEEDED" }
  | { code: "TOO_MANY_WAREHOUSES" };

/** Undefined is not given. */
export interface WarehouseUpsertInput {
  readonly code: string;
  readonly name: string | undefined;
  readonly countryCode: string | null | undefined;
  readonly priority: number | undefined;
  readonly isDefault: boolean | undefined;
}

const MAX_NAME = 200;
const MAX_PRIORITY = 10_000;
const PRIORITY = 100;

/** Opens a warehouse or changes it. The same call again changes nothing, so it needs no key. */
export async function warehouseUpsert(parts: CatalogParts, input: WarehouseUpsertInput): Promise<Result<Warehouse, WarehouseUpsertRefusal>> {
  const { db, clocks } = parts;
  const { code, name, countryCode, priority, isDefault } = input;
  const wrong = (field: "code" | "name" | "priority") => err({ code: "INVALID_WAREHOUSE" as const, field });
  if (!isWarehouseCode(code)) return wrong("code");
  if (name !== undefined && checkText("name", name, MAX_NAME)) return wrong("name");
  if (priority !== undefined && (priority < 0 || priority > MAX_PRIORITY)) return wrong("priority");
  return db.tx<Result<Warehouse, WarehouseUpsertRefusal>>(async (tx) => {
    await lockWarehouses(tx);
    const known = await findWarehouseByCode(tx, code);
    const called = name ?? known?.name;
    if (called === undefined) return wrong("name");
    if (known?.isDefault && isDefault === false) return err({ code: "DEFAULT_WAREHOUSE_NEEDED" });
    if (!known && (await countWarehouses(tx)) >= MAX_WAREHOUSES) return err({ code: "TOO_MANY_WAREHOUSES" });
    const warehouse = await upsertWarehouse(tx, {
      code, name: called, priority: priority ?? known?.priority ?? PRIORITY, isDefault: isDefault ?? known?.isDefault ?? false,
      countryCode: countryCode === undefined ? (known?.countryCode ?? null) : countryCode,
    }, clocks.business.now());
    await auditAs(tx, parts, "warehouseUpsert", "warehouse", warehouse.id, { code, isNew: known === undefined, isDefault: warehouse.isDefault });
    return ok(warehouse);
  }, { retries: 3 });
}
