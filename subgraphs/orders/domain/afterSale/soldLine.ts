import type { Tally } from "../orderState.ts";
import type { LineParts } from "./lineParts.ts";

/** How far the units of a line came; see orders.order_lines. */
export interface LineUnits {
  readonly cancelled: bigint;
  readonly fulfilled: bigint;
  readonly shipped: bigint;
  readonly delivered: bigint;
  readonly returning: bigint;
  readonly returned: bigint;
}
export type Step = keyof LineUnits;

/** A line of a placed order with all that comes after the sale. */
export interface SoldLine {
  readonly id: string;
  readonly position: number;
  readonly variantId: string;
  readonly productId: string;
  readonly sku: string;
  readonly name: string;
  readonly vendorId: string | null;
  readonly quantity: bigint;
  readonly unitAmount: bigint;
  readonly exponent: number;
  readonly parts: LineParts;
  readonly units: LineUnits;
  readonly refundedQuantity: bigint;
  readonly refundedUnits: bigint;
  readonly refundedTaxUnits: bigint;
}

/** Some units of a line. */
export interface UnitsOf {
  readonly lineId: string;
  readonly quantity: bigint;
}

/** Units by which lines move on (or back, below zero). */
export type Move = { readonly lineId: string } & Partial<LineUnits>;

export type LinesRefusal =
  | { code: "ORDER_LINE_NOT_FOUND"; index: number; lineId: string }
  | { code: "NOT_ENOUGH_UNITS"; index: number; lineId: string; requested: bigint; available: bigint };

export interface AskedLine {
  /** As the caller named it. */
  readonly apiId: string;
  /** Undefined where that is no id of a line. */
  readonly lineId: string | undefined;
  readonly quantity: bigint;
}

/** Units that no parcel holds and nobody cancelled. */
export const unpacked = ({ quantity, units }: SoldLine) => quantity - units.fulfilled - units.cancelled;
/** Units with the customer or on the way there that nobody has asked to give back. */
export const returnable = ({ units }: SoldLine) => units.shipped - units.returning;
export const unrefunded = (line: SoldLine) => line.quantity - line.refundedQuantity;

/**
 * The lines that are asked for, each once, with enough units left of each, or the first that is not so. Lines that `may` keeps
 * from the caller are not there.
 */
export function chooseUnits(
  lines: readonly SoldLine[], asked: readonly AskedLine[], left: (line: SoldLine) => bigint, may: (line: SoldLine) => boolean = () => true,
): { units: UnitsOf[] } | { refusal: LinesRefusal } {
  const byId = new Map(lines.filter(may).map((line) => [line.id, line]));
  const chosen = new Map<string, bigint>();
  for (const [index, { apiId, lineId, quantity }] of asked.entries()) {
    const line = lineId === undefined ? undefined : byId.get(lineId);
    if (!line) return { refusal: { code: "ORDER_LINE_NOT_FOUND", index, lineId: apiId } };
    const requested = (chosen.get(line.id) ?? 0n) + quantity;
    if (requested > left(line)) return { refusal: { code: "NOT_ENOUGH_UNITS", index, lineId: apiId, requested, available: left(line) } };
    chosen.set(line.id, requested);
  }
  return { units: [...chosen].map(([lineId, quantity]) => ({ lineId, quantity })) };
}

/** The lines after the moves. */
export function moved(lines: readonly SoldLine[], moves: readonly Move[]): SoldLine[] {
  const byLine = new Map(moves.map((move) => [move.lineId, move]));
  return lines.map((line) => {
    const move = byLine.get(line.id);
    if (!move) return line;
    const units = Object.fromEntries(Object.entries(line.units).map(([step, have]) => [step, have + (move[step as Step] ?? 0n)])) as unknown as LineUnits;
    return { ...line, units };
  });
}

export function tallyOf(lines: readonly { quantity: bigint; units: LineUnits }[]): Tally {
  const sum = (of: (line: { quantity: bigint; units: LineUnits }) => bigint) => lines.reduce((so, line) => so + of(line), 0n);
  return {
    ordered: sum((line) => line.quantity), cancelled: sum((line) => line.units.cancelled), fulfilled: sum((line) => line.units.fulfilled),
    shipped: sum((line) => line.units.shipped), delivered: sum((line) => line.units.delivered), returned: sum((line) => line.units.returned),
  };
}

/** Whether every unit of every line is cancelled. */
export const isAllCancelled = (lines: readonly SoldLine[]) => lines.every((line) => line.units.cancelled === line.quantity);
