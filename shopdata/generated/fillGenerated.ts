import { createHash } from "node:crypto";
import type { Database, Tx } from "#platform/db/database.ts";
import { countryByLabel } from "#schema/values/countries.ts";
import { type ProductIds, writeCatalogue } from "../catalogue.ts";
import { copyRows, type CopyValue } from "../copy.ts";
import { type HistoryLine, type HistoryOrder, type HistoryRefund, writeHistory } from "../history.ts";
import { createIds } from "../ids.ts";
import { count, type OnProgress, tellStep, timed } from "../progress.ts";
import { createRandom } from "../random.ts";
import { claimEmptyShop, recordFill } from "../shopData.ts";
import { TABLES } from "../tables.ts";
import { behaviourRows } from "./behaviour.ts";
import { generateShop, type GeneratedShop, type GeneratedSize } from "./generateShop.ts";
import type { GeneratedLine } from "./orders.ts";

const CURRENCY = "GBP";
const EXPONENT = 2;
/** Goes up when the same seed no longer gives the same shop. */
const VERSION = 2;

export interface GenerateOptions {
  /** The shop database, as its owner. */
  db: Database;
  seed: number | string;
  size?: GeneratedSize | undefined;
  /** So many times the customers, with the orders that they place; 1 where not given. */
  times?: number | undefined;
  /** What the shop's clock shows afterwards; the history ends with the day before it (UTC). */
  until: Date;
  onProgress?: OnProgress | undefined;
  signal?: AbortSignal | undefined;
}

export interface GenerateReport {
  /** Rows of all tables. */
  rows: number;
  orders: number;
  lines: number;
  customers: number;
  products: number;
  seconds: number;
  /** One line for a person. */
  summary: string;
}

interface FilledOrder extends HistoryOrder {
  lines: readonly GeneratedLine[];
}
interface FilledRefund extends HistoryRefund {
  lines: readonly GeneratedLine[];
}

/**
 * Fills an empty shop from the seeded generator, all or nothing: catalogue, customers, two years of orders with charges and
 * refunds, stock and browsing. Everything is synthetic and recorded as such. The same seed, size and day give the same rows.
 * @throws OtherShopData when the shop is not empty
 */
export async function fillGenerated(options: GenerateOptions): Promise<GenerateReport> {
  const { db, seed, size = "demo", times = 1, until, onProgress, signal } = options;
  const started = performance.now();
  // A history that ends now goes on in wall time, without an offset.
  const runsLive = Math.abs(until.getTime() - Date.now()) < 60_000;
  const shop = generateShop(seed, size, until, times);
  const lines = shop.orders.reduce((sum, order) => sum + order.lines.length, 0);
  tellStep(onProgress, { step: "generate orders", rows: shop.orders.length, seconds: (performance.now() - started) / 1000 });

  let rows = 0;
  const note: OnProgress = (text, step) => {
    rows += step.rows;
    onProgress?.(text, step);
  };
  const day = new Date(shop.period.endAt).toISOString().slice(0, 10);
  const summary = `generated (synthetic) shop: ${count(shop.products.length)} products, ${count(shop.customers.length)} customers, ${count(shop.orders.length)} orders of two years up to ${day}`;
  await db.tx(async (tx) => {
    await claimEmptyShop(tx);
    await writeShop(tx, seed, shop, note, signal);
    const wallNow = Date.now();
    await recordFill(tx, {
      source: "GENERATED",
      isSynthetic: true,
      fingerprint: createHash("sha256").update(`generated/${VERSION}/${seed}/${size}${times === 1 ? "" : `*${times}`}/${day}`).digest("hex"),
      details: { summary, seed: String(seed), size, until: day, version: VERSION, synthetic: ["everything"] },
      businessNow: runsLive ? wallNow : until.getTime(),
      highestOrderNumber: shop.orders.reduce((highest, order) => Math.max(highest, Number(order.number)), 0),
    }, wallNow);
    await tx.raw("analyze");
    signal?.throwIfAborted();
  });
  const seconds = (performance.now() - started) / 1000;
  tellStep(onProgress, { step: "generated shop in all", rows, seconds });
  return { rows, orders: shop.orders.length, lines, customers: shop.customers.length, products: shop.products.length, seconds, summary };
}

async function writeShop(tx: Tx, seed: number | string, shop: GeneratedShop, onProgress: OnProgress, signal: AbortSignal | undefined): Promise<void> {
  const userIds = await writeCustomers(tx, seed, shop, onProgress, signal);
  let products = new Map<string, ProductIds>();
  await timed(onProgress, "catalogue", async () => {
    products = await writeProducts(tx, seed, shop, signal);
    return shop.products.length;
  });
  const idsOf = (product: number) => products.get(shop.products[product]?.code as string) as ProductIds;
  const toLine = (line: GeneratedLine): HistoryLine => ({
    code: line.code, name: line.name, quantity: line.quantity, unitAmount: line.price, exponent: EXPONENT,
    product: line.product === undefined ? undefined : idsOf(line.product),
  });
  const { orders, refunds } = toHistory(seed, shop, userIds);
  await writeHistory(tx, {
    seed, source: "GENERATED", currency: CURRENCY, exponent: EXPONENT, orders, refunds, onProgress, signal,
    linesOfOrder: (order) => order.lines.values().map(toLine),
    linesOfRefund: (refund) => refund.lines.values().map(toLine),
  });
  await timed(onProgress, "stock movements", () => copyRows(tx, TABLES.stockMovements, stockRows(seed, shop, idsOf), signal));
  const events = behaviourRows(seed, shop, {
    userId: (customer) => userIds[customer] as string, productId: (product) => idsOf(product).productId, orderId: (order) => (orders[order] as FilledOrder).id,
  });
  await timed(onProgress, "browsing events", () => copyRows(tx, TABLES.behaviourEvents, events, signal));
}

/** A person registers within the hour before the first order. */
async function writeCustomers(tx: Tx, seed: number | string, shop: GeneratedShop, onProgress: OnProgress, signal: AbortSignal | undefined): Promise<string[]> {
  const nextId = createIds(seed, "users");
  const nextAddressId = createIds(seed, "addresses");
  const registeredAt = shop.customers.map((customer) => (customer.visits[0] as number) - 600_000);
  const ids = registeredAt.map((at) => nextId(at));
  const at = (index: number) => new Date(registeredAt[index] as number);
  await timed(onProgress, "customers", () => copyRows(tx, TABLES.users, shop.customers.map((customer, index) =>
    [ids[index] as string, customer.email, customer.name, ["CUSTOMER"], countryByLabel(customer.country).code, customer.number, at(index)]), signal));
  await timed(onProgress, "addresses", () => copyRows(tx, TABLES.addresses, shop.customers.map((customer, index) =>
    [nextAddressId(registeredAt[index] as number), ids[index] as string, countryByLabel(customer.country).code, customer.country, true, at(index)]), signal));
  return ids;
}

function writeProducts(tx: Tx, seed: number | string, shop: GeneratedShop, signal: AbortSignal | undefined): Promise<Map<string, ProductIds>> {
  const stock = createRandom(seed, "stock");
  const { beginAt, endAt, days } = shop.period;
  const dayAt = (day: number) => beginAt + day * 86_400_000;
  const products = shop.products.map((product) => {
    const sold = product.toDay >= days;
    return {
      code: product.code,
      name: product.name,
      status: sold ? ("ACTIVE" as const) : ("ARCHIVED" as const),
      createdAt: dayAt(product.fromDay),
      updatedAt: sold ? dayAt(product.fromDay) : dayAt(product.toDay),
      price: { units: product.price, exponent: EXPONENT, validFrom: dayAt(product.fromDay) },
      onHand: sold ? 250 + stock.int(1_750) : 0,
    };
  });
  return writeCatalogue(tx, products, { seed, currency: CURRENCY, beginAt, endAt, signal });
}

function toHistory(seed: number | string, shop: GeneratedShop, userIds: readonly string[]): { orders: FilledOrder[]; refunds: FilledRefund[] } {
  const totalOf = (lines: readonly GeneratedLine[]) => lines.reduce((sum, line) => sum + BigInt(line.quantity * line.price), 0n);
  const nextOrderId = createIds(seed, "orders");
  const nextRefundId = createIds(seed, "refunds");
  const orders = shop.orders.map(({ number, customer, country, at, lines }): FilledOrder => ({
    id: nextOrderId(at), number, userId: customer === undefined ? null : (userIds[customer] as string), at,
    countryCode: countryByLabel(country).code, countryLabel: country, totalUnits: totalOf(lines), refundedUnits: 0n, lines,
  }));
  const refunds = shop.refunds.map((refund): FilledRefund => {
    const { id: orderId, userId, countryCode, countryLabel } = orders[refund.order] as FilledOrder;
    const totalUnits = totalOf(refund.lines);
    (orders[refund.order] as FilledOrder).refundedUnits += totalUnits;
    return { id: nextRefundId(refund.at), number: refund.number, orderId, userId, at: refund.at, countryCode, countryLabel, quality: "REFERENCED", matchedLines: refund.lines.length, totalUnits, lines: refund.lines };
  });
  return { orders, refunds };
}

/** A few units get broken, given away or found again. */
function* stockRows(seed: number | string, shop: GeneratedShop, idsOf: (product: number) => ProductIds): Generator<CopyValue[]> {
  const random = createRandom(seed, "stock-movements");
  const nextId = createIds(seed, "stock-movements");
  for (const [index, product] of shop.products.entries()) {
    if (!random.chance(0.3)) continue;
    const at = shop.period.beginAt + (product.fromDay + random.int(product.toDay - product.fromDay)) * 86_400_000 + 36_000_000;
    const kind = random.pick(["WRITE_OFF", "WRITE_OFF", "GIVEN_FREE", "FOUND"]);
    const quantity = (1 + random.int(20)) * (kind === "FOUND" ? 1 : -1);
    yield [nextId(at), idsOf(index).variantId, quantity, kind, null, kind === "WRITE_OFF" ? "damaged" : null, new Date(at), true];
  }
}
