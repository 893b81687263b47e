import type { GeneratedShop } from "../generated/generateShop.ts";
import type { Invoice } from "../onlineRetail/invoices.ts";

const DAY_MS = 86_400_000;

/** What the generator is fitted to; each a sample of numbers. */
export interface Shapes {
  basketSize: number[];
  repeatGapDays: number[];
  hour: number[];
  weekday: number[];
  unitPrice: number[];
  quantity: number[];
}

interface Order {
  customer: string;
  at: number;
  /** Products only. */
  lines: { code: string; price: number; quantity: number }[];
}

export function shapesOfReal(orders: readonly Invoice[]): Shapes {
  return shapesOf(orders.filter((order) => order.customer !== "").map((order) => ({
    customer: order.customer,
    at: order.at,
    lines: order.lines.filter((line) => line.stock.isProduct).map((line) => ({ code: line.stock.code, price: line.price.units / 10 ** line.price.exponent, quantity: line.quantity })),
  })));
}

export function shapesOfGenerated(shop: GeneratedShop): Shapes {
  return shapesOf(shop.orders.filter((order) => order.customer !== undefined).map((order) => ({
    customer: String(order.customer),
    at: order.at,
    lines: order.lines.filter((line) => line.product !== undefined).map((line) => ({ code: line.code, price: line.price / 100, quantity: line.quantity })),
  })));
}

/** `orders` ascend by time. */
function shapesOf(orders: readonly Order[]): Shapes {
  const lastDay = new Map<string, number>();
  const repeatGapDays: number[] = [];
  for (const { customer, at } of orders) {
    const day = Math.floor(at / DAY_MS);
    const before = lastDay.get(customer);
    if (before !== undefined && day > before) repeatGapDays.push(day - before);
    lastDay.set(customer, day);
  }
  return {
    basketSize: orders.map((order) => new Set(order.lines.map((line) => line.code)).size).filter((size) => size > 0),
    repeatGapDays,
    hour: orders.map((order) => new Date(order.at).getUTCHours()),
    weekday: orders.map((order) => (new Date(order.at).getUTCDay() + 6) % 7),
    unitPrice: orders.flatMap((order) => order.lines.map((line) => line.price)),
    quantity: orders.flatMap((order) => order.lines.map((line) => line.quantity)),
  };
}
