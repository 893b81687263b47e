import { uuidV7 } from "#schema/values/ids.ts";
import { money, toDecimal } from "#schema/values/money.ts";
import type { Tx } from "#platform/db/database.ts";
import { actorOfKeyOwner, type OrdersParts } from "../context.ts";
import { type Checkout, unitsOf, usesCodes } from "../domain/checkout.ts";
import { orderPlaced, paymentCaptured } from "../domain/ledger/journals.ts";
import type { Journal } from "../domain/ledger/ledger.ts";
import type { Order } from "../domain/order.ts";
import type { PricedCart } from "../domain/pricing/types.ts";
import type { Intent } from "../ports/paymentProvider.ts";
import { reserveStock, sellReserved } from "../queries/catalogue.ts";
import { spendCodes } from "../queries/holdCodes.ts";
import { postJournals } from "../queries/ledger.ts";
import { tellOfOrder } from "../queries/orderEvents.ts";
import { insertPlacedOrder, type PlacedPayment } from "../queries/placeOrder.ts";
import { type Sold, splitByVendor, termsOf } from "../queries/vendorOrders.ts";

/** The goods of a paid purchase are gone, and there are not enough left to take them anew. */
export class HoldLost extends Error {
  override readonly name = "HoldLost";
  readonly shortages: readonly { variantId: string; available: bigint }[];
  constructor(shortages: readonly { variantId: string; available: bigint }[]) {
    super("the held stock is gone and there is not enough left");
    this.shortages = shortages;
  }
}

/**
 * Makes the order of a purchase, in the transaction that settles it: order and parts, stock sold, codes and gift cards spent, vendors'
 * shares, the books, the timeline, the outbox, and the answer of the call, where that is one of `answers`. `intent` is null where nothing
 * was due. @throws HoldLost
 */
export async function placeOrder({ clocks }: Pick<OrdersParts, "clocks">, tx: Tx, checkout: Checkout, intent: Intent | null, provider: string, answers: string): Promise<Order> {
  const at = clocks.business.now();
  const orderId = uuidV7(new Date());
  const payments = paymentsOf(checkout.priced, orderId, intent, provider);
  const isPaid = payments.every((payment) => payment.state === "CAPTURED");
  const { order, commissionBps } = await insertPlacedOrder(tx, {
    orderId, checkoutId: checkout.id, state: isPaid ? "PAID" : "PLACED", at, payments, verdict: checkout.verdict, provider: intent ? provider : null, intentRef: intent?.ref ?? null, answers,
  });
  await sellHeld(tx, checkout, orderId);
  if (usesCodes(checkout)) await spendCodes(tx, checkout.id, orderId, at);
  const shares = await splitByVendor(tx, soldOf(checkout.priced, order, commissionBps), at);
  await postJournals(tx, [...journalsOf(checkout, orderId, payments, at), ...shares]);
  await tellOfOrder(tx, orderId, "OrderPlaced", {
    orderId, number: order.number, userId: order.userId, countryCode: order.countryCode, total: toDecimal(order.total), currency: order.total.currency,
  }, at, actorOfKeyOwner(checkout.actor), payments.filter((payment) => payment.method === "CARD").map((payment) => ({
    aggregate: "payment", aggregateId: payment.id, type: payment.state === "CAPTURED" ? "PaymentCaptured" : "PaymentAuthorized", occurredAt: at,
    payload: { paymentId: payment.id, orderId, provider, amount: decimalOf(checkout.priced, payment.authorizedUnits), currency: order.total.currency },
  })));
  return order;
}

function paymentsOf(priced: PricedCart, orderId: string, intent: Intent | null, provider: string): PlacedPayment[] {
  // Ids in the order in which they pay: the first millisecond is the provider's.
  const now = Date.now();
  const cards = priced.giftCards.map((card, index): PlacedPayment => ({
    id: uuidV7(new Date(now + 1 + index)), method: "GIFT_CARD", provider: "gift_card", providerRef: `${card.giftCardId}:${orderId}`, state: "CAPTURED", units: card.units, authorizedUnits: card.units,
  }));
  if (!intent) return cards;
  const due = priced.totals.due;
  const isTaken = intent.state === "CAPTURED";
  return [{ id: uuidV7(new Date(now)), method: "CARD", provider, providerRef: intent.ref, state: isTaken ? "CAPTURED" : "AUTHORIZED", units: isTaken ? due : 0n, authorizedUnits: due }, ...cards];
}

function journalsOf({ priced }: Checkout, orderId: string, payments: readonly PlacedPayment[], at: Date): Journal[] {
  const { totals, currency } = priced;
  const cause = { orderId, currency, at };
  const shippingTaxIncluded = priced.shipping?.taxIncludedUnits ?? 0n;
  return [
    orderPlaced(cause, { ...totals, shippingTaxIncluded, lineTaxIncluded: totals.taxIncluded - shippingTaxIncluded }),
    ...payments.filter((payment) => payment.method === "CARD" && payment.state === "CAPTURED").map((payment) => paymentCaptured(cause, { paymentId: payment.id, provider: payment.provider, units: payment.units })),
  ];
}

function soldOf({ lines, totals, currency, exponent }: PricedCart, order: Order, commissionBps: ReadonlyMap<string, number>): Sold {
  return {
    orderId: order.id, number: order.number, currency, exponent, subtotalUnits: totals.subtotal,
    lines: lines.map(({ variantId, quantity, unitPrice, vendorId, discountUnits, taxUnits, taxIncludedUnits }) => ({
      variantId, amountUnits: unitPrice.units * quantity, exponent: unitPrice.exponent, discountUnits, taxUnits, taxIncludedUnits,
      terms: termsOf(vendorId, vendorId === null ? null : commissionBps.get(vendorId)),
    })),
  };
}

/** The hold is let go by nobody but the purchase itself; should somebody have done so, the units are taken anew while there are enough. */
async function sellHeld(tx: Tx, checkout: Checkout, orderId: string): Promise<void> {
  const units = unitsOf(checkout);
  const sold = await sellReserved(tx, checkout.id, orderId);
  if (sold === units.length) return;
  if (sold > 0) throw new Error(`checkout ${checkout.id} held ${sold} of ${units.length} variants`);
  const shortages = await reserveStock(tx, checkout.id, units, new Date());
  if (shortages.length > 0) throw new HoldLost(shortages);
  await sellReserved(tx, checkout.id, orderId);
}

const decimalOf = ({ currency, exponent }: PricedCart, units: bigint) => toDecimal(money(units, currency, exponent));
