import type { Tx } from "#platform/db/database.ts";
import type { ProductIds } from "./catalogue.ts";
import { chargeKind } from "./chargeKind.ts";
import { copyRows, type CopyTarget, type CopyValue } from "./copy.ts";
import { withoutForeignKeys } from "./foreignKeys.ts";
import { createIds } from "./ids.ts";
import { type OnProgress, timed } from "./progress.ts";
import { TABLES } from "./tables.ts";

/** A line of an order or a refund; a charge where `product` is undefined. */
export interface HistoryLine {
  code: string;
  name: string;
  product: ProductIds | undefined;
  /** > 0 */
  quantity: number;
  unitAmount: number;
  exponent: number;
}

/** An order of the past: delivered and paid. */
export interface HistoryOrder {
  id: string;
  number: string;
  /** null for a guest */
  userId: string | null;
  /** ms since 1970 */
  at: number;
  countryCode: string | null;
  countryLabel: string | null;
  /** In the currency's minor units, rounded once. */
  totalUnits: bigint;
  /** What refunds gave back of it, 0..totalUnits. */
  refundedUnits: bigint;
}

export interface HistoryRefund {
  id: string;
  number: string;
  orderId: string | null;
  userId: string | null;
  at: number;
  countryCode: string | null;
  countryLabel: string | null;
  quality: "REFERENCED" | "EXACT" | "LATEST_OF_SEVERAL" | "PARTIAL" | "NONE";
  matchedLines: number;
  totalUnits: bigint;
}

export interface HistorySource<O extends HistoryOrder, R extends HistoryRefund> {
  seed: number | string;
  source: "IMPORT" | "GENERATED";
  currency: string;
  /** Exponent of all totals. */
  exponent: number;
  /** Ascending by time: ids then ascend too, and indexes are filled at their end. */
  orders: readonly O[];
  refunds: readonly R[];
  linesOfOrder: (order: O) => Iterable<HistoryLine>;
  linesOfRefund: (refund: R) => Iterable<HistoryLine>;
  onProgress?: OnProgress | undefined;
  signal?: AbortSignal | undefined;
}

/** Writes orders with lines, charges and synthetic payments, and refunds with their lines. */
export async function writeHistory<O extends HistoryOrder, R extends HistoryRefund>(tx: Tx, from: HistorySource<O, R>): Promise<void> {
  const copy = (step: string, target: CopyTarget, rows: Iterable<readonly CopyValue[]>) => timed(from.onProgress, step, () => copyRows(tx, target, rows, from.signal));
  await copy("orders", TABLES.orders, orderRows(from));
  await withoutForeignKeys(tx, TABLES.orderLines.table, () => copy("order lines", TABLES.orderLines, orderLineRows(from)));
  await copy("order charges", TABLES.orderCharges, orderChargeRows(from));
  await copy("payments (synthetic)", TABLES.payments, paymentRows(from));
  await copy("refunds", TABLES.refunds, refundRows(from));
  await copy("refund lines", TABLES.refundLines, refundLineRows(from));
}

function* orderRows<O extends HistoryOrder, R extends HistoryRefund>({ orders, currency, exponent, source }: HistorySource<O, R>): Generator<CopyValue[]> {
  for (const order of orders) {
    yield [order.id, order.number, order.userId, "DELIVERED", currency, order.countryCode, order.countryLabel, new Date(order.at), order.totalUnits, exponent, source];
  }
}

function* orderLineRows<O extends HistoryOrder, R extends HistoryRefund>({ seed, orders, linesOfOrder }: HistorySource<O, R>): Generator<CopyValue[]> {
  const nextId = createIds(seed, "order-lines");
  for (const order of orders) {
    let position = 0;
    for (const line of linesOfOrder(order)) {
      position += 1;
      if (line.product === undefined) continue;
      yield [nextId(order.at), order.id, position, line.product.variantId, line.product.productId, line.code, line.name, line.quantity, line.unitAmount, line.exponent];
    }
  }
}

function* orderChargeRows<O extends HistoryOrder, R extends HistoryRefund>({ seed, orders, linesOfOrder }: HistorySource<O, R>): Generator<CopyValue[]> {
  const nextId = createIds(seed, "order-charges");
  for (const order of orders) {
    // Lines and charges share one numbering, so that the invoice can be laid out again.
    let position = 0;
    for (const line of linesOfOrder(order)) {
      position += 1;
      if (line.product === undefined) yield [nextId(order.at), order.id, position, chargeKind(line.code), line.code, line.name, line.quantity, line.unitAmount, line.exponent];
    }
  }
}

function* paymentRows<O extends HistoryOrder, R extends HistoryRefund>({ seed, orders, currency, exponent }: HistorySource<O, R>): Generator<CopyValue[]> {
  const nextId = createIds(seed, "payments");
  for (const order of orders) {
    const state = order.refundedUnits === 0n ? "CAPTURED" : order.refundedUnits === order.totalUnits ? "REFUNDED" : "PARTIALLY_REFUNDED";
    yield [nextId(order.at), order.id, "synthetic", order.number, state, currency, order.totalUnits, order.refundedUnits, exponent, new Date(order.at), true];
  }
}

function* refundRows<O extends HistoryOrder, R extends HistoryRefund>({ refunds, currency, exponent, source }: HistorySource<O, R>): Generator<CopyValue[]> {
  for (const refund of refunds) {
    yield [refund.id, refund.number, refund.orderId, refund.userId, refund.quality, refund.matchedLines, currency, refund.countryCode, refund.countryLabel, new Date(refund.at), refund.totalUnits, exponent, source];
  }
}

function* refundLineRows<O extends HistoryOrder, R extends HistoryRefund>({ seed, refunds, linesOfRefund }: HistorySource<O, R>): Generator<CopyValue[]> {
  const nextId = createIds(seed, "refund-lines");
  for (const refund of refunds) {
    let position = 0;
    for (const line of linesOfRefund(refund)) {
      position += 1;
      yield [nextId(refund.at), refund.id, position, line.product ? "PRODUCT" : "CHARGE", line.product?.variantId ?? null, line.product?.productId ?? null, line.code, line.name, line.quantity, line.unitAmount, line.exponent];
    }
  }
}
