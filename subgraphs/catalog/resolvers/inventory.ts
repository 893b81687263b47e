import { type PageArgs, readPage, toConnection } from "#kit/page.ts";
import { toUserError } from "#kit/userError.ts";
import { decodeId, encodeId } from "#schema/values/ids.ts";
import { incomingSet } from "../commands/incomingSet.ts";
import { inventoryAdjust, type MovedStock } from "../commands/inventoryAdjust.ts";
import { inventoryReceive } from "../commands/inventoryReceive.ts";
import { inventoryTransfer } from "../commands/inventoryTransfer.ts";
import { lowStockThresholdSet } from "../commands/lowStockThresholdSet.ts";
import { warehouseUpsert } from "../commands/warehouseUpsert.ts";
import type { CatalogContext } from "../context.ts";
import { type AdjustKind, isWarehouseCode, type Level, type Warehouse } from "../domain/inventory.ts";
import type { Variant } from "../domain/product.ts";
import { getMovements, type Movement, movementCursor, readLevel } from "../queries/inventory.ts";
import { findWarehouseByCode, listWarehouses, warehouseCursor } from "../queries/warehouses.ts";
import { adjustErrors, incomingErrors, receiveErrors, thresholdErrors, transferErrors, warehouseErrors } from "./errors/inventory.ts";

type Given<T> = T | null | undefined;
interface KeyedInput { variantId: string; warehouseId: string; idempotencyKey: string }
interface AdjustInput extends KeyedInput { delta: Given<number>; setTo: Given<number>; changeFrom: Given<number>; kind: Given<AdjustKind>; reason: string }
interface ReceiveInput extends KeyedInput { quantity: number; reference: Given<string>; reason: Given<string> }
interface TransferInput { variantId: string; fromWarehouseId: string; toWarehouseId: string; quantity: number; reason: Given<string>; idempotencyKey: string }
interface WarehouseInput { code: string; name: Given<string>; countryCode: Given<string>; priority: Given<number>; isDefault: Given<boolean> }

const variantUuid = (id: string) => decodeId("var", id);
const warehouseUuid = (id: string) => decodeId("whs", id);
const MAX_INT = 2_147_483_647n;
const toInt = (units: bigint) => Number(units > MAX_INT ? MAX_INT : units < -MAX_INT ? -MAX_INT : units);
const toIntOrNull = (units: bigint | null) => (units === null ? null : toInt(units));

export const inventoryResolvers = {
  Query: {
    async warehouses(_root: unknown, args: PageArgs, { db }: CatalogContext) {
      const page = readPage(args, warehouseCursor);
      return toConnection(await listWarehouses(db, page), page, (warehouse) => warehouseCursor.encode([warehouse.code]));
    },
    warehouse: async (_root: unknown, { code }: { code: string }, { db }: CatalogContext) => (isWarehouseCode(code) ? ((await findWarehouseByCode(db, code)) ?? null) : null),
  },
  Mutation: {
    async warehouseUpsert(_root: unknown, { input }: { input: WarehouseInput }, context: CatalogContext) {
      const { code, name, countryCode, priority, isDefault } = input;
      const outcome = await warehouseUpsert(context, { code, countryCode, name: name ?? undefined, priority: priority ?? undefined, isDefault: isDefault ?? undefined });
      return outcome.ok ? { __typename: "WarehouseUpsertSuccess", warehouse: outcome.value } : toUserError(warehouseErrors, outcome.error);
    },
    async inventoryAdjust(_root: unknown, { input }: { input: AdjustInput }, context: CatalogContext) {
      const outcome = await inventoryAdjust(context, {
        variantId: variantUuid(input.variantId), warehouseId: warehouseUuid(input.warehouseId), reason: input.reason, key: input.idempotencyKey,
        delta: input.delta ?? undefined, setTo: input.setTo ?? undefined, changeFrom: input.changeFrom ?? undefined, kind: input.kind ?? "ADJUSTMENT",
      });
      if (!outcome.ok) return toUserError(adjustErrors(input.variantId), outcome.error);
      const { levels, movements } = await moved(outcome.value, context);
      return { __typename: "InventoryAdjustSuccess", level: levels[0], movement: movements[0] ?? null };
    },
    async inventoryReceive(_root: unknown, { input }: { input: ReceiveInput }, context: CatalogContext) {
      const outcome = await inventoryReceive(context, {
        variantId: variantUuid(input.variantId), warehouseId: warehouseUuid(input.warehouseId), quantity: input.quantity, key: input.idempotencyKey,
        reference: input.reference ?? null, reason: input.reason ?? null,
      });
      if (!outcome.ok) return toUserError(receiveErrors(input.variantId), outcome.error);
      const { levels, movements } = await moved(outcome.value, context);
      return { __typename: "InventoryReceiveSuccess", level: levels[0], movement: movements[0] };
    },
    async incomingSet(_root: unknown, { input }: { input: { variantId: string; warehouseId: string; incoming: number } }, context: CatalogContext) {
      const outcome = await incomingSet(context, { variantId: variantUuid(input.variantId), warehouseId: warehouseUuid(input.warehouseId), incoming: input.incoming });
      return outcome.ok ? { __typename: "IncomingSetSuccess", level: outcome.value } : toUserError(incomingErrors(input.variantId), outcome.error);
    },
    async inventoryTransfer(_root: unknown, { input }: { input: TransferInput }, context: CatalogContext) {
      const outcome = await inventoryTransfer(context, {
        variantId: variantUuid(input.variantId), fromWarehouseId: warehouseUuid(input.fromWarehouseId), toWarehouseId: warehouseUuid(input.toWarehouseId),
        quantity: input.quantity, reason: input.reason ?? null, key: input.idempotencyKey,
      });
      if (!outcome.ok) return toUserError(transferErrors(input.variantId), outcome.error);
      const { levels, movements } = await moved(outcome.value, context);
      return { __typename: "InventoryTransferSuccess", from: levels[0], to: levels[1], movements };
    },
    async lowStockThresholdSet(_root: unknown, { input }: { input: { variantId: string; threshold: Given<number> } }, context: CatalogContext) {
      const outcome = await lowStockThresholdSet(context, { variantId: variantUuid(input.variantId), threshold: input.threshold ?? null });
      if (!outcome.ok) return toUserError(thresholdErrors(input.variantId), outcome.error);
      return { __typename: "LowStockThresholdSetSuccess", variant: await context.loaders.variantById.load(outcome.value) };
    },
  },
  ProductVariant: {
    async inventory(variant: Variant, _args: unknown, { loaders }: CatalogContext) {
      const levels = await loaders.levelsOfVariant.load(variant.id);
      const placed = await Promise.all(levels.map(async (level) => ({ level, warehouse: await loaders.warehouseById.load(level.warehouseId) })));
      return placed.sort(byPriority).map(({ level }) => level);
    },
    lowStockThreshold: async (variant: Variant, _args: unknown, { loaders }: CatalogContext) => toIntOrNull((await loaders.thresholdOfVariant.load(variant.id))?.threshold ?? null),
    async stockMovements(variant: Variant, args: PageArgs, { loaders }: CatalogContext) {
      const page = readPage(args, movementCursor);
      const rows = await loaders.movementsOfVariant.load({ key: variant.id, ...page });
      return toConnection(rows, page, (movement) => movementCursor.encode([movement.sortKey, movement.id]));
    },
  },
  Warehouse: { id: (warehouse: Warehouse) => encodeId("whs", warehouse.id) },
  InventoryLevel: {
    warehouse: (level: Level, _args: unknown, { loaders }: CatalogContext) => loaders.warehouseById.load(level.warehouseId),
    onHand: (level: Level) => toInt(level.onHand),
    reserved: (level: Level) => toInt(level.reserved),
    available: (level: Level) => toInt(level.onHand - level.reserved),
    incoming: (level: Level) => toInt(level.incoming),
  },
  StockMovement: {
    id: (movement: Movement) => encodeId("mov", movement.id),
    quantity: (movement: Movement) => toInt(movement.quantity),
    warehouse: (movement: Movement, _args: unknown, { loaders }: CatalogContext) => movement.warehouseId && loaders.warehouseById.load(movement.warehouseId),
    onHandBefore: (movement: Movement) => toIntOrNull(movement.onHandBefore),
    onHandAfter: (movement: Movement) => toIntOrNull(movement.onHandAfter),
    order: (movement: Movement) => movement.orderId && { __typename: "Order", id: encodeId("ord", movement.orderId) },
  },
};

/** What a stored or fresh answer shows: the levels as they are now, the movements as they were written. */
async function moved({ variantId, warehouseIds, movementIds }: MovedStock, { db }: CatalogContext): Promise<{ levels: Level[]; movements: Movement[] }> {
  const levels = await Promise.all(warehouseIds.map((id) => readLevel(db, variantId, id)));
  return { levels, movements: await getMovements(db, movementIds) };
}

function byPriority(one: { warehouse: Warehouse | null }, other: { warehouse: Warehouse | null }): number {
  return (one.warehouse?.priority ?? 0) - (other.warehouse?.priority ?? 0) || ((one.warehouse?.code ?? "") < (other.warehouse?.code ?? "") ? -1 : 1);
}
