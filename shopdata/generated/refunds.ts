import { createRandom } from "../random.ts";
import { REFUND_SHARE } from "./fitted.ts";
import type { GeneratedLine, GeneratedOrder } from "./orders.ts";

const DAY_MS = 86_400_000;

export interface GeneratedRefund {
  number: string;
  /** Index of the order. */
  order: number;
  at: number;
  lines: GeneratedLine[];
}

/** Some lines of some orders come back within four weeks, in whole or in part, but never after the history's end. */
export function generateRefunds(seed: number | string, orders: readonly GeneratedOrder[], endAt: number): GeneratedRefund[] {
  const random = createRandom(seed, "refunds");
  const refunds: GeneratedRefund[] = [];
  orders.forEach((order, index) => {
    if (order.customer === undefined || !random.chance(REFUND_SHARE)) return;
    const at = order.at + (1 + random.int(28)) * DAY_MS + random.int(7_200) * 1_000;
    const products = order.lines.filter((line) => line.product !== undefined);
    if (at >= endAt || products.length === 0) return;
    const begin = random.int(products.length);
    const lines = products.slice(begin, begin + 1 + random.int(3)).map((line) => ({ ...line, quantity: random.chance(0.6) ? line.quantity : 1 + random.int(line.quantity) }));
    refunds.push({ number: "", order: index, at, lines });
  });
  refunds.sort((left, right) => left.at - right.at || left.order - right.order);
  return refunds.map((refund, index) => ({ ...refund, number: `C${500_001 + index}` }));
}
