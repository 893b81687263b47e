import { type GeneratedProduct, generateProducts } from "./assortment.ts";
import { type GeneratedCustomer, generateCustomers, type Period } from "./customers.ts";
import { type GeneratedOrder, generateOrders } from "./orders.ts";
import { type GeneratedRefund, generateRefunds } from "./refunds.ts";

const DAY_MS = 86_400_000;

/** `demo` about 15,000 orders of 3,000 customers; `tiny`, for tests, about a thirtieth of it. Both over two years. */
export type GeneratedSize = "tiny" | "demo";

const SIZES: Record<GeneratedSize, { products: number; customers: number }> = {
  tiny: { products: 160, customers: 100 },
  demo: { products: 1_200, customers: 3_000 },
};
const DAYS = 730;

export interface GeneratedShop {
  period: Period;
  products: GeneratedProduct[];
  customers: GeneratedCustomer[];
  /** Ascending by time. */
  orders: GeneratedOrder[];
  /** Ascending by time. */
  refunds: GeneratedRefund[];
}

/** A shop's two years up to the begin of the day of `until` (UTC). Pure: the same seed, size and day give the same shop. `times` as many customers. */
export function generateShop(seed: number | string, size: GeneratedSize, until: Date, times = 1): GeneratedShop {
  const endAt = Math.floor(until.getTime() / DAY_MS) * DAY_MS;
  const period: Period = { beginAt: endAt - DAYS * DAY_MS, endAt, days: DAYS };
  const wanted = SIZES[size];
  const products = generateProducts(seed, wanted.products, DAYS);
  const customers = generateCustomers(seed, wanted.customers * times, period);
  const orders = generateOrders(seed, products, customers, period);
  return { period, products, customers, orders, refunds: generateRefunds(seed, orders, endAt) };
}
