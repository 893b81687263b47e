import { times, toDecimal, type Money } from "#schema/values/money.ts";
import type { Reader } from "#platform/db/database.ts";
import type { RelayedEvent } from "#platform/events/relay/consumer.ts";
import type { ComposedMail } from "#platform/mail/mailConsumer.ts";
import { findMailCheckout, findMailOrder, listMailLines, listNamedLines, type MailLine, type MailOrder } from "./queries.ts";
import { type MailData, type Message, renderMail } from "./render.ts";

type Payload = RelayedEvent["payload"];
interface Written {
  readonly message: Message;
  readonly data: Omit<MailData, "shop" | "name" | "number">;
}

const shown = (amount: Money) => `${toDecimal(amount)} ${amount.currency}`;
const textOf = (value: unknown) => (typeof value === "string" && value !== "" ? value : null);
const priced = (lines: readonly MailLine[]) => lines.map(({ name, quantity, unitPrice }) => ({ name, quantity: String(quantity), amount: shown(times(unitPrice, quantity)) }));
const counted = (lines: readonly MailLine[]) => lines.map(({ name, quantity }) => ({ name, quantity: String(quantity) }));

/** A link that a mail program may open: anything but http and https is not one. */
function linkOf(value: unknown): string | null {
  const url = typeof value === "string" ? URL.parse(value) : null;
  return url && (url.protocol === "https:" || url.protocol === "http:") ? url.href : null;
}

function totalsOf({ parts, total }: MailOrder): { label: string; amount: string }[] {
  const { discount, shipping, tax, taxIncluded } = parts ?? {};
  const some = (label: string, amount: Money | undefined, sign = "") => (amount && amount.units > 0n ? [{ label, amount: `${sign}${shown(amount)}` }] : []);
  return [...some("Discount", discount, "-"), ...some("Shipping", shipping), ...some("Tax", tax), { label: "Total", amount: shown(total) }, ...some("Tax contained in it", taxIncluded)];
}

/** What is written about an event of an order, by its type. */
const WRITERS: Readonly<Record<string, (db: Reader, payload: Payload, order: MailOrder) => Promise<Written>>> = {
  OrderPlaced: async (db, { orderId }, order) => ({
    message: "orderConfirmation", data: { lines: priced(await listMailLines(db, "order", orderId as string)), totals: totalsOf(order), address: order.address },
  }),
  OrderCancelled: async (_db, { reason, refundId }) => ({ message: "orderCancelled", data: { reason: textOf(reason), hasRefund: refundId != null } }),
  OrderLinesCancelled: async (db, { lines, reason, refundId }) => ({
    message: "linesCancelled", data: { lines: counted(await listNamedLines(db, lines as { lineId: string; quantity: string }[])), reason: textOf(reason), hasRefund: refundId != null },
  }),
  FulfilmentShipped: async (db, { fulfilmentId, carrier, trackingNumber, trackingUrl }) => ({
    message: "shipped",
    data: { lines: counted(await listMailLines(db, "parcel", fulfilmentId as string)), carrier: textOf(carrier), trackingNumber: textOf(trackingNumber), trackingUrl: linkOf(trackingUrl) },
  }),
  FulfilmentDelivered: async (db, { fulfilmentId }) => ({ message: "delivered", data: { lines: counted(await listMailLines(db, "parcel", fulfilmentId as string)) } }),
  ReturnRequested: async (db, payload) => ({ message: "returnRequested", data: await returned(db, payload) }),
  ReturnReceived: async (db, payload) => ({ message: "returnReceived", data: await returned(db, payload) }),
  ReturnResolved: async (db, payload) => ({
    message: payload["verdict"] === "APPROVE" ? "returnApproved" : "returnRejected",
    data: { ...(await returned(db, payload)), hasRefund: payload["refundId"] != null, hasExchange: payload["exchangeOrderId"] != null },
  }),
  RefundPaid: async (_db, { total, currency }) => ({ message: "refundPaid", data: { refund: `${String(total)} ${String(currency)}` } }),
};

const returned = async (db: Reader, { returnId, returnNumber }: Payload) => ({ lines: counted(await listMailLines(db, "return", returnId as string)), returnNumber: String(returnNumber) });

const PAYMENT_FAILED = "PaymentFailed";

/** The types of events that are written about; see docs/mail.md for those that are not, and why. */
export const MAIL_TYPES: readonly string[] = [...Object.keys(WRITERS), PAYMENT_FAILED];

/**
 * The mail about an event, to the address given with the order, else to the account's. Undefined when there is none, or when the
 * event is about nothing that buyers hear of. `db` is logged in as martgraph_relay.
 */
export async function composeOrderMail(db: Reader, shop: string, event: RelayedEvent): Promise<ComposedMail | undefined> {
  const { payload } = event;
  if (event.type === PAYMENT_FAILED) {
    const checkoutId = payload["checkoutId"] as string;
    const buyer = await findMailCheckout(db, checkoutId);
    if (!buyer?.email) return undefined;
    const total = `${String(payload["amount"])} ${String(payload["currency"])}`;
    // Who tries three cards has one mail, not three.
    return { message: "paymentFailed", onceFor: checkoutId, to: buyer.email, ...renderMail("paymentFailed", { shop, name: buyer.name, total }) };
  }
  const write = Object.hasOwn(WRITERS, event.type) ? WRITERS[event.type] : undefined;
  if (!write) return undefined;
  const order = await findMailOrder(db, payload["orderId"] as string);
  if (!order?.email) return undefined;
  const { message, data } = await write(db, payload, order);
  return { message, to: order.email, ...renderMail(message, { shop, name: order.name, number: order.number, ...data }) };
}
