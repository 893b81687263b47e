import type { RetailLine } from "./line.ts";

/** Why a line is not loaded. */
export type RejectReason =
  /** Bad-debt write-offs: the shop sells nothing at a negative price. */
  | "NEGATIVE_PRICE"
  /** A charge of nothing: there is no money, and no stock that could move. */
  | "CHARGE_WITHOUT_PRICE"
  /** Nothing was sold, returned or moved. */
  | "QUANTITY_ZERO"
  /** Money flows back without a cancelled invoice: neither a sale nor a refund that could be named. */
  | "NEGATIVE_QUANTITY_WITHOUT_CANCELLATION";

/** What becomes of a line. */
export type LineClass =
  | { kind: "SALE" }
  | { kind: "CHARGE" }
  | { kind: "REFUND" }
  /** At price 0: stock that moves without a sale. */
  | { kind: "STOCK" }
  | { kind: "REJECTED"; reason: RejectReason };

const SALE: LineClass = { kind: "SALE" };
const CHARGE: LineClass = { kind: "CHARGE" };
const REFUND: LineClass = { kind: "REFUND" };
const STOCK: LineClass = { kind: "STOCK" };
const rejected = (reason: RejectReason): LineClass => ({ kind: "REJECTED", reason });

/** A clean line (quantity > 0, price > 0) is always a sale or a charge, whatever its invoice is called. */
export function classify(line: RetailLine): LineClass {
  if (line.quantity > 0 && line.price.units > 0) return line.stock.isProduct ? SALE : CHARGE;
  if (line.price.units < 0) return rejected("NEGATIVE_PRICE");
  if (line.quantity === 0) return rejected("QUANTITY_ZERO");
  if (line.quantity < 0 && line.invoice.startsWith("C")) return REFUND;
  if (line.price.units > 0) return rejected("NEGATIVE_QUANTITY_WITHOUT_CANCELLATION");
  return line.stock.isProduct ? STOCK : rejected("CHARGE_WITHOUT_PRICE");
}

export type MovementKind = "WRITE_OFF" | "GIVEN_FREE" | "FOUND";

/**
 * What a stock line (price 0) tells. Negative: units were written off. Positive on an invoice that sold something, or to a
 * customer: units were given away, so they leave. Otherwise: units came in.
 */
export function movementOf(line: RetailLine, hasOrder: boolean): { kind: MovementKind; quantity: number } {
  if (line.quantity < 0) return { kind: "WRITE_OFF", quantity: line.quantity };
  if (hasOrder || line.customer !== "") return { kind: "GIVEN_FREE", quantity: -line.quantity };
  return { kind: "FOUND", quantity: line.quantity };
}
