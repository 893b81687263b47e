import { type Money, roundToCurrency } from "#schema/values/money.ts";
import { classify, movementOf, type MovementKind, type RejectReason } from "./classify.ts";
import type { RetailLine } from "./line.ts";

export const CURRENCY = "GBP";
/** Sums are taken at this exponent, the finest a unit price may have, so they are exact. */
const SUM_EXPONENT = 6;

/** The lines of one kind on one invoice: an order (sales and charges) or a refund. */
export interface Invoice {
  number: string;
  /** The invoice's first time: some invoices carry two. */
  at: number;
  /** "" for a guest. */
  customer: string;
  country: string;
  /** In the order of the file. */
  lines: RetailLine[];
}

export interface StockMovement {
  line: RetailLine;
  kind: MovementKind;
  quantity: number;
  /** Undefined when nothing was sold on the invoice. */
  order: Invoice | undefined;
}

/** Every line of the files in the one place it belongs to. */
export interface Ledger {
  /** Ascending by time, then number. */
  orders: Invoice[];
  /** Ascending by time, then number. */
  refunds: Invoice[];
  /** Ascending by time. */
  movements: StockMovement[];
  rejections: { line: RetailLine; reason: RejectReason }[];
  /** Lines per class. */
  classes: { loaded: Record<string, number>; rejected: Record<string, number> };
  /** The last time of a line that was loaded, ms since 1970. */
  lastAt: number;
}

/** Sorts the lines into orders, refunds, stock movements and rejections. */
export function buildLedger(lines: readonly RetailLine[]): Ledger {
  const orders = new Map<string, Invoice>();
  const refunds = new Map<string, Invoice>();
  const stock: RetailLine[] = [];
  const ledger: Ledger = { orders: [], refunds: [], movements: [], rejections: [], classes: { loaded: {}, rejected: {} }, lastAt: -Infinity };
  const { loaded, rejected } = ledger.classes;

  for (const line of lines) {
    const found = classify(line);
    if (found.kind === "REJECTED") {
      ledger.rejections.push({ line, reason: found.reason });
      rejected[found.reason] = (rejected[found.reason] ?? 0) + 1;
      continue;
    }
    if (line.at > ledger.lastAt) ledger.lastAt = line.at;
    if (found.kind === "STOCK") {
      stock.push(line);
      continue;
    }
    addTo(found.kind === "REFUND" ? refunds : orders, line);
    loaded[found.kind] = (loaded[found.kind] ?? 0) + 1;
  }
  for (const line of stock) {
    const order = orders.get(line.invoice);
    const movement = movementOf(line, order !== undefined);
    ledger.movements.push({ line, order, ...movement });
    loaded[movement.kind] = (loaded[movement.kind] ?? 0) + 1;
  }
  ledger.orders = [...orders.values()].sort(byTime);
  ledger.refunds = [...refunds.values()].sort(byTime);
  ledger.movements.sort((left, right) => left.line.at - right.line.at);
  return ledger;
}

function addTo(invoices: Map<string, Invoice>, line: RetailLine): void {
  const invoice = invoices.get(line.invoice);
  if (invoice === undefined) {
    invoices.set(line.invoice, { number: line.invoice, at: line.at, customer: line.customer, country: line.country, lines: [line] });
    return;
  }
  invoice.lines.push(line);
  if (line.at < invoice.at) invoice.at = line.at;
  // An invoice belongs to the first customer it names.
  if (invoice.customer === "") invoice.customer = line.customer;
}

const byTime = (left: Invoice, right: Invoice) => left.at - right.at || (left.number < right.number ? -1 : left.number > right.number ? 1 : 0);

/** The exact amount of some lines (quantities taken without sign), rounded once to the currency: half to even. */
export function totalOf(lines: readonly RetailLine[]): Money {
  return roundToCurrency({ units: exactUnits(lines), exponent: SUM_EXPONENT, currency: CURRENCY });
}

/** In units of 10^-6 pounds. */
export function exactUnits(lines: readonly RetailLine[]): bigint {
  let units = 0n;
  for (const { quantity, price } of lines) units += BigInt(Math.abs(quantity)) * BigInt(price.units) * 10n ** BigInt(SUM_EXPONENT - price.exponent);
  return units;
}

/** Rounded to the currency from units of 10^-6 pounds. */
export function roundExact(units: bigint): Money {
  return roundToCurrency({ units, exponent: SUM_EXPONENT, currency: CURRENCY });
}

