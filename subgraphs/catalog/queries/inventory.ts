import { cursorOf } from "#kit/page.ts";
import type { Reader, Tx } from "#platform/db/database.ts";
import { query, type RowOf } from "#platform/db/query.ts";
import { type Level, MAX_WAREHOUSES, type MovementKind, noStock } from "../domain/inventory.ts";

/** One line of the stock ledger. */
export interface Movement {
  readonly id: string;
  readonly variantId: string;
  readonly warehouseId: string | null;
  readonly quantity: bigint;
  readonly kind: MovementKind;
  readonly orderId: string | null;
  readonly onHandBefore: bigint | null;
  readonly onHandAfter: bigint | null;
  readonly reason: string | null;
  readonly reference: string | null;
  readonly actor: string | null;
  readonly occurredAt: Date;
  /** Its place in the list of its variant, as text. */
  readonly sortKey: string;
}

const LEVEL = "l.variant_id, l.warehouse_id, l.on_hand, l.reserved, l.incoming, l.version";
const levelRow = { variant_id: "uuid", warehouse_id: "uuid", on_hand: "int8", reserved: "int8", incoming: "int8", version: "int8" } as const;

const toLevel = (found: RowOf<typeof levelRow>): Level => ({
  variantId: found.variant_id, warehouseId: found.warehouse_id, onHand: found.on_hand, reserved: found.reserved, incoming: found.incoming, version: found.version,
});

const levelsOfVariants = query({
  name: "catalog.levelsOfVariants",
  text: `select ${LEVEL} from catalog.inventory_levels l where l.variant_id = any($1)`,
  params: ["uuid[]"],
  row: levelRow,
  budget: { access: "index", maxRows: 1_000 * MAX_WAREHOUSES },
});

const level = query({
  name: "catalog.level",
  text: `select ${LEVEL} from catalog.inventory_levels l where l.variant_id = $1 and l.warehouse_id = $2`,
  params: ["uuid", "uuid"],
  row: levelRow,
  budget: { access: "index", maxRows: 1 },
});

const thresholds = query({
  name: "catalog.thresholdsOfVariants",
  text: "select s.variant_id, s.low_stock_threshold from catalog.stock_levels s where s.variant_id = any($1)",
  params: ["uuid[]"],
  row: { variant_id: "uuid", low_stock_threshold: "int8?" },
  budget: { access: "index", maxRows: 1_000 },
});

const MOVEMENT = `m.id, m.variant_id, m.warehouse_id, m.quantity, m.kind, m.order_id, m.on_hand_before, m.on_hand_after, m.reason, m.reference, m.actor, m.occurred_at,
  to_char(m.occurred_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as sort_key`;
const movementRow = {
  id: "uuid", variant_id: "uuid", warehouse_id: "uuid?", quantity: "int8", kind: "text", order_id: "uuid?", on_hand_before: "int8?", on_hand_after: "int8?",
  reason: "text?", reference: "text?", actor: "text?", occurred_at: "timestamptz", sort_key: "text",
} as const;

const toMovement = (found: RowOf<typeof movementRow>): Movement => ({
  id: found.id, variantId: found.variant_id, warehouseId: found.warehouse_id, quantity: found.quantity, kind: found.kind as MovementKind, orderId: found.order_id,
  onHandBefore: found.on_hand_before, onHandAfter: found.on_hand_after, reason: found.reason, reference: found.reference, actor: found.actor,
  occurredAt: found.occurred_at, sortKey: found.sort_key,
});

const movementsOfVariants = query({
  name: "catalog.movementsOfVariants",
  text: `select ${MOVEMENT} from unnest($1::uuid[]) as asked (variant_id)
    cross join lateral (
      select * from catalog.stock_movements
      where variant_id = asked.variant_id and (occurred_at, id) < ($2::text::timestamptz, $3)
      order by occurred_at desc, id desc limit $4
    ) m`,
  params: ["uuid[]", "text", "uuid", "int4"],
  row: movementRow,
  budget: { access: "index", maxRows: 101_000 },
});

const movementsByIds = query({
  name: "catalog.movementsByIds",
  text: `select ${MOVEMENT} from catalog.stock_movements m where m.id = any($1)`,
  params: ["uuid[]"],
  row: movementRow,
  budget: { access: "index", maxRows: 1_000 },
});

const lock = query({
  name: "catalog.lockStock",
  text: "select catalog.lock_stock($1) is null as locked",
  params: ["uuid"],
  row: { locked: "bool" },
  budget: { access: "write", maxRows: 1 },
});

const move = query({
  name: "catalog.moveStock",
  text: "select catalog.move_stock($1, $2, $3, $4, $5, $6, $7) as id",
  params: ["uuid", "uuid", "int8", "text", "text", "text?", "text?"],
  row: { id: "uuid" },
  budget: { access: "write", maxRows: 1 },
});

const transfer = query({
  name: "catalog.transferStock",
  text: "select catalog.transfer_stock($1, $2, $3, $4, $5, $6, $7) as ids",
  params: ["uuid", "uuid", "uuid", "int8", "text", "text?", "text?"],
  row: { ids: "uuid[]" },
  budget: { access: "write", maxRows: 1 },
});

const incoming = query({
  name: "catalog.setIncoming",
  text: "select catalog.set_incoming($1, $2, $3) is null as done",
  params: ["uuid", "uuid", "int8"],
  row: { done: "bool" },
  budget: { access: "write", maxRows: 1 },
});

const threshold = query({
  name: "catalog.setThreshold",
  text: "update catalog.stock_levels set low_stock_threshold = $2 where variant_id = $1",
  params: ["uuid", "int8?"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

export const movementCursor = cursorOf("stock movements", ["instant", "uuid"]);

/** At most MAX_WAREHOUSES for each variant. */
export async function listLevels(db: Reader, variantIds: readonly string[]): Promise<Level[]> {
  return (await db.many(levelsOfVariants, [variantIds])).map(toLevel);
}

/** A variant that never stood in the warehouse has nothing there. */
export async function readLevel(db: Reader, variantId: string, warehouseId: string): Promise<Level> {
  const found = await db.maybeOne(level, [variantId, warehouseId]);
  return found ? toLevel(found) : noStock(variantId, warehouseId);
}

export async function listThresholds(db: Reader, variantIds: readonly string[]): Promise<{ variantId: string; threshold: bigint | null }[]> {
  return (await db.many(thresholds, [variantIds])).map((found) => ({ variantId: found.variant_id, threshold: found.low_stock_threshold }));
}

/** Of each variant up to `limit` movements, newest first, after the place given. */
export async function listMovements(db: Reader, variantIds: readonly string[], limit: number, after: readonly [string, string] | undefined): Promise<Movement[]> {
  const [at, id] = after ?? ["infinity", "ffffffff-ffff-ffff-ffff-ffffffffffff"];
  return (await db.many(movementsOfVariants, [variantIds, at, id, limit])).map(toMovement);
}

/** In the order of the ids. @throws when one is not there: movements are never taken away. */
export async function getMovements(db: Reader, ids: readonly string[]): Promise<Movement[]> {
  const found = new Map((await db.many(movementsByIds, [ids])).map((one) => [one.id, toMovement(one)]));
  return ids.map((id) => found.get(id) ?? missing(id));
}

function missing(id: string): never {
  throw new Error(`stock movement ${id} is gone`);
}

/** Nobody else changes the variant's stock until the transaction ends. */
export async function lockStock(tx: Tx, variantId: string): Promise<void> {
  await tx.one(lock, [variantId]);
}

export interface Told {
  readonly actor: string;
  readonly reason: string | null;
  readonly reference: string | null;
}

/** Books one movement with level and total. The caller has locked the variant. Answers the movement's id. */
export async function moveStock(tx: Tx, { variantId, warehouseId }: Level, units: bigint, kind: MovementKind, told: Told): Promise<string> {
  return (await tx.one(move, [variantId, warehouseId, units, kind, told.actor, told.reason, told.reference])).id;
}

/** Answers both movements, the leaving one first. */
export async function transferStock(tx: Tx, from: Level, to: Level, units: bigint, told: Told): Promise<readonly string[]> {
  return (await tx.one(transfer, [from.variantId, from.warehouseId, to.warehouseId, units, told.actor, told.reason, told.reference])).ids;
}

export async function setIncoming(tx: Tx, { variantId, warehouseId }: Level, units: bigint): Promise<void> {
  await tx.one(incoming, [variantId, warehouseId, units]);
}

export async function setThreshold(tx: Tx, variantId: string, units: bigint | null): Promise<void> {
  await tx.execute(threshold, [variantId, units]);
}
