import type { Invoice } from "./invoices.ts";
import type { RetailLine, UnitPrice } from "./line.ts";

export type MatchQuality = "EXACT" | "LATEST_OF_SEVERAL" | "PARTIAL" | "NONE";

/** What a cancelled invoice gives back, and the order it was found to belong to. */
export interface RefundMatch {
  refund: Invoice;
  order: Invoice | undefined;
  quality: MatchQuality;
  /** Lines of the refund that the order holds. */
  matched: RetailLine[];
}

/** Units of one code at one price in one order that no refund has taken yet. */
interface Remaining {
  order: Invoice;
  quantity: number;
}

interface Candidate {
  order: Invoice;
  lines: number;
}

/**
 * Finds for each refund the earlier order of the same customer that it cancels: one that holds every line of the refund with the
 * same code and unit price in at least the quantity, less what earlier refunds took. One such order: EXACT. Several: the latest.
 * None: the order with the most of the lines (the latest of those), PARTIAL, or NONE. A guest's refund has nobody whose orders
 * could be looked at. Both lists ascend by time.
 */
export function matchRefunds(orders: readonly Invoice[], refunds: readonly Invoice[]): RefundMatch[] {
  const sold = indexSales(orders, new Set(refunds.map((refund) => refund.customer)));
  return refunds.map((refund) => {
    const best = findBest(refund, sold);
    if (best === undefined) return { refund, order: undefined, quality: "NONE", matched: [] };
    const { candidate, rivals } = best;
    const whole = candidate.lines === refund.lines.length;
    const matched = take(refund, candidate.order, sold);
    return { refund, order: candidate.order, quality: whole ? (rivals > 0 ? "LATEST_OF_SEVERAL" : "EXACT") : "PARTIAL", matched };
  });
}

const keyOf = (customer: string, code: string, price: UnitPrice) => `${customer}/${price.units}/${price.exponent}/${code}`;
const keyOfLine = (customer: string, line: RetailLine) => keyOf(customer, line.stock.code, line.price);

function indexSales(orders: readonly Invoice[], customers: ReadonlySet<string>): Map<string, Remaining[]> {
  const sold = new Map<string, Remaining[]>();
  for (const order of orders) {
    if (order.customer === "" || !customers.has(order.customer)) continue;
    for (const line of order.lines) {
      const key = keyOfLine(order.customer, line);
      const entries = sold.get(key);
      const last = entries?.at(-1);
      if (last?.order === order) last.quantity += line.quantity;
      else if (entries) entries.push({ order, quantity: line.quantity });
      else sold.set(key, [{ order, quantity: line.quantity }]);
    }
  }
  return sold;
}

/** The order that holds most of the refund's lines, the latest among equals, and how many others hold all of them too. */
function findBest(refund: Invoice, sold: Map<string, Remaining[]>): { candidate: Candidate; rivals: number } | undefined {
  if (refund.customer === "") return undefined;
  const candidates = new Map<Invoice, Candidate>();
  for (const [key, quantities] of quantitiesByKey(refund)) {
    for (const entry of sold.get(key) ?? []) {
      if (entry.order.at > refund.at) break;
      const lines = countFitting(quantities, entry.quantity);
      if (lines === 0) continue;
      const candidate = candidates.get(entry.order);
      if (candidate) candidate.lines += lines;
      else candidates.set(entry.order, { order: entry.order, lines });
    }
  }
  let best: Candidate | undefined;
  let whole = 0;
  for (const candidate of candidates.values()) {
    if (candidate.lines === refund.lines.length) whole += 1;
    if (best === undefined || candidate.lines > best.lines || (candidate.lines === best.lines && isLater(candidate.order, best.order))) best = candidate;
  }
  return best && { candidate: best, rivals: Math.max(0, whole - 1) };
}

const isLater = (left: Invoice, right: Invoice) => left.at > right.at || (left.at === right.at && left.number > right.number);

/** Quantities given back, per code and price, in the order of the lines. */
function quantitiesByKey(refund: Invoice): Map<string, number[]> {
  const byKey = new Map<string, number[]>();
  for (const line of refund.lines) {
    const key = keyOfLine(refund.customer, line);
    const quantities = byKey.get(key);
    if (quantities) quantities.push(-line.quantity);
    else byKey.set(key, [-line.quantity]);
  }
  return byKey;
}

function countFitting(quantities: readonly number[], available: number): number {
  let left = available;
  let lines = 0;
  for (const quantity of quantities) {
    if (quantity > left) continue;
    left -= quantity;
    lines += 1;
  }
  return lines;
}

/** Takes the refund's lines out of what is left of the order; answers those that it held. */
function take(refund: Invoice, order: Invoice, sold: Map<string, Remaining[]>): RetailLine[] {
  return refund.lines.filter((line) => {
    const entry = sold.get(keyOfLine(refund.customer, line))?.find((candidate) => candidate.order === order);
    if (entry === undefined || entry.quantity < -line.quantity) return false;
    entry.quantity += line.quantity;
    return true;
  });
}
