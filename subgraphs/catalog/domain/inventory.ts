import { can, type Viewer } from "#kit/viewer.ts";
import { err, ok, type Result } from "#schema/values/result.ts";

export interface Warehouse {
  /** UUID. */
  readonly id: string;
  readonly code: string;
  readonly name: string;
  readonly countryCode: string | null;
  readonly priority: number;
  readonly isDefault: boolean;
}

/** How many units of a variant stand in a warehouse. */
export interface Level {
  readonly variantId: string;
  readonly warehouseId: string;
  readonly onHand: bigint;
  readonly reserved: bigint;
  readonly incoming: bigint;
  readonly version: bigint;
}

export const ADJUST_KINDS = ["ADJUSTMENT", "WRITE_OFF", "FOUND", "GIVEN_FREE"] as const;
export type AdjustKind = (typeof ADJUST_KINDS)[number];
export type MovementKind = AdjustKind | "INITIAL" | "SALE" | "RETURN" | "CANCELLED" | "RECEIVED" | "TRANSFER";

/** Most units of a variant in one warehouse. */
export const MAX_UNITS = 1_000_000_000;
/** More places than any shop of this kind has. */
export const MAX_WAREHOUSES = 100;
export const MAX_REASON = 500;
export const MAX_REFERENCE = 200;

export type QuantityRefusal = { code: "INVALID_STOCK_QUANTITY"; field: string; min: number; max: number };
export type TextRefusal = { code: "INVALID_STOCK_TEXT"; field: string; maxLength: number };
export type AdjustRefusal =
  | QuantityRefusal
  | { code: "INVALID_ADJUSTMENT"; why: "NOT_ONE_OF_TWO" | "NOTHING" | "WRONG_DIRECTION" }
  | { code: "STOCK_CHANGED"; level: Level }
  | { code: "STOCK_HELD"; level: Level };

export interface Adjustment {
  readonly delta: number | undefined;
  readonly setTo: number | undefined;
  /** The number on hand that the caller saw; undefined where any will do. */
  readonly changeFrom: number | undefined;
  readonly kind: AdjustKind;
}

/** Whose stock it is decides: who holds the permission changes everyone's, a vendor's people their own. */
export function mayKeepStockOf(vendorId: string | null, viewer: Viewer): boolean {
  return can(viewer, "inventory.write") || (vendorId !== null && viewer.vendorIds.includes(vendorId));
}

export function checkUnits(field: string, units: number, min = 1): QuantityRefusal | undefined {
  return units >= min && units <= MAX_UNITS ? undefined : { code: "INVALID_STOCK_QUANTITY", field, min, max: MAX_UNITS };
}

/** Text that people write; null where none is given. */
export function checkText(field: string, text: string | null, maxLength: number): TextRefusal | undefined {
  if (text === null) return undefined;
  return text.trim() !== "" && text.length <= maxLength && !text.includes("\0") && text.isWellFormed() ? undefined : { code: "INVALID_STOCK_TEXT", field, maxLength };
}

/** What can be said of a correction without looking at the stock. */
export function checkAdjustment({ delta, setTo, changeFrom, kind }: Adjustment): AdjustRefusal | undefined {
  if ((delta === undefined) === (setTo === undefined)) return { code: "INVALID_ADJUSTMENT", why: "NOT_ONE_OF_TWO" };
  if (delta === 0) return { code: "INVALID_ADJUSTMENT", why: "NOTHING" };
  if (delta !== undefined && !fits(kind, delta)) return { code: "INVALID_ADJUSTMENT", why: "WRONG_DIRECTION" };
  return (delta === undefined ? undefined : checkUnits("delta", delta, -MAX_UNITS))
    ?? (setTo === undefined ? undefined : checkUnits("setTo", setTo, 0))
    ?? (changeFrom === undefined ? undefined : checkUnits("changeFrom", changeFrom, 0));
}

/** How many units come (above 0) or go by a correction of what stands there; 0 when the counted number stands there already. */
export function planAdjustment(level: Level, { delta, setTo, changeFrom, kind }: Adjustment): Result<bigint, AdjustRefusal> {
  if (changeFrom !== undefined && BigInt(changeFrom) !== level.onHand) return err({ code: "STOCK_CHANGED", level });
  const units = delta === undefined ? BigInt(setTo as number) - level.onHand : BigInt(delta);
  if (!fits(kind, Number(units)) && units !== 0n) return err({ code: "INVALID_ADJUSTMENT", why: "WRONG_DIRECTION" });
  if (level.onHand + units < level.reserved) return err({ code: "STOCK_HELD", level });
  if (level.onHand + units > MAX_UNITS) return err({ code: "INVALID_STOCK_QUANTITY", field: delta === undefined ? "setTo" : "delta", min: -MAX_UNITS, max: MAX_UNITS });
  return ok(units);
}

/** What was written off or given away goes, what was found comes. */
function fits(kind: AdjustKind, units: number): boolean {
  if (kind === "FOUND") return units > 0;
  return kind === "ADJUSTMENT" || units < 0;
}

/** A code in capitals, stable: people and other systems know the warehouse by it. */
export function isWarehouseCode(code: string): boolean {
  return /^[A-Z0-9][A-Z0-9_-]{0,29}$/.test(code);
}

export function noStock(variantId: string, warehouseId: string): Level {
  return { variantId, warehouseId, onHand: 0n, reserved: 0n, incoming: 0n, version: 0n };
}
