import type { Ledger } from "./invoices.ts";
import type { RetailLine, StockCode, UnitPrice } from "./line.ts";

const RECENT_MS = 90 * 86_400_000;

/** A product as the files tell of it. */
export interface RetailProduct {
  code: string;
  name: string;
  /** Sold at least once. */
  sold: boolean;
  /** First and last line of any kind, ms since 1970. */
  firstAt: number;
  lastAt: number;
  firstSaleAt: number | undefined;
  /** The usual unit price of its last weeks of sale; undefined when it was never sold. */
  price: UnitPrice | undefined;
  /** Units sold in the last 90 days before its last sale: what a shelf should hold. */
  recentUnits: number;
}

interface Tally {
  stock: StockCode;
  sales: RetailLine[];
  firstAt: number;
  lastAt: number;
  /** Descriptions that sold, were refunded, or accompanied stock moves: looked at in this order for a name. */
  names: [Map<string, number>, Map<string, number>, Map<string, number>];
}

/** Every product of which a line was loaded, ascending by code. */
export function deriveProducts(ledger: Ledger): RetailProduct[] {
  const tallies = new Map<StockCode, Tally>();
  const note = (line: RetailLine, source: 0 | 1 | 2) => {
    if (!line.stock.isProduct) return;
    let tally = tallies.get(line.stock);
    if (tally === undefined) {
      tally = { stock: line.stock, sales: [], firstAt: line.at, lastAt: line.at, names: [new Map(), new Map(), new Map()] };
      tallies.set(line.stock, tally);
    }
    if (line.at < tally.firstAt) tally.firstAt = line.at;
    if (line.at > tally.lastAt) tally.lastAt = line.at;
    if (source === 0) tally.sales.push(line);
    if (line.description !== "") {
      const names = tally.names[source];
      names.set(line.description, (names.get(line.description) ?? 0) + 1);
    }
  };
  for (const order of ledger.orders) for (const line of order.lines) note(line, 0);
  for (const refund of ledger.refunds) for (const line of refund.lines) note(line, 1);
  for (const movement of ledger.movements) note(movement.line, 2);
  return [...tallies.values()].map(toProduct).sort((left, right) => (left.code < right.code ? -1 : 1));
}

function toProduct(tally: Tally): RetailProduct {
  const lastSaleAt = tally.sales.reduce((last, line) => Math.max(last, line.at), -Infinity);
  const recent = tally.sales.filter((line) => line.at > lastSaleAt - RECENT_MS);
  return {
    code: tally.stock.code,
    name: nameOf(tally),
    sold: tally.sales.length > 0,
    firstAt: tally.firstAt,
    lastAt: tally.lastAt,
    firstSaleAt: tally.sales.length > 0 ? tally.sales.reduce((first, line) => Math.min(first, line.at), Infinity) : undefined,
    price: usualPrice(recent),
    recentUnits: recent.reduce((sum, line) => sum + line.quantity, 0),
  };
}

/**
 * The most frequent description of its sales, else of its refunds, else a stock remark that looks like a name: remarks ("lost",
 * "damages", "?") are written in lower case, names in capitals.
 */
function nameOf(tally: Tally): string {
  const [sales, refunds, remarks] = tally.names;
  const capitals = new Map([...remarks].filter(([text]) => /[A-Z].*[A-Z].*[A-Z]/.test(text) && !/[a-z]{3}/.test(text)));
  return mostFrequent(sales) ?? mostFrequent(refunds) ?? mostFrequent(capitals) ?? `Article ${tally.stock.code}`;
}

/** Of equally frequent ones the one that came last. */
function mostFrequent<T>(counts: ReadonlyMap<T, number>): T | undefined {
  let best: T | undefined;
  let most = 0;
  for (const [value, count] of counts) {
    if (count >= most) {
      best = value;
      most = count;
    }
  }
  return best;
}

/** The price of most lines; quantity breaks give several prices on one day, so the latest line alone would mislead. */
function usualPrice(lines: readonly RetailLine[]): UnitPrice | undefined {
  const counts = new Map<UnitPrice, number>();
  for (const line of lines) {
    const count = (counts.get(line.price) ?? 0) + 1;
    // Taken out and put back, so that the latest stands last.
    counts.delete(line.price);
    counts.set(line.price, count);
  }
  return mostFrequent(counts);
}
