/** Something that happened to an order, as its timeline shows it. */
export interface OrderEvent {
  readonly id: string;
  readonly orderId: string;
  readonly type: string;
  /** user:<uuid>, guest, provider:<name> or system. */
  readonly actor: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly occurredAt: Date;
  /** Its place in the timeline, as text. */
  readonly sortKey: string;
}

/** A remark of the shop's people among themselves. */
export const NOTE = "NoteAdded";
export const MAX_NOTE = 2_000;

type Data = Readonly<Record<string, unknown>>;
const say = (value: unknown) => (typeof value === "string" ? value : "");
const STATE_WORDS: Readonly<Record<string, string>> = {
  PLACED: "placed", PAID: "paid", IN_FULFILMENT: "being packed", SHIPPED: "shipped", DELIVERED: "delivered", RETURNED: "returned", CANCELLED: "cancelled",
};

const TEXTS: Readonly<Record<string, (data: Data) => string>> = {
  OrderPlaced: (data) => `The order was placed for ${say(data["total"])} ${say(data["currency"])}.`,
  OrderCancelled: () => "The order was cancelled.",
  OrderStateChanged: (data) => `The order is ${STATE_WORDS[say(data["to"])] ?? say(data["to"])}.`,
  OrderLinesCancelled: () => "Some of the order was cancelled.",
  FulfilmentCreated: (data) => `Parcel ${say(data["fulfilmentNumber"])} was packed.`,
  FulfilmentShipped: (data) => `Parcel ${say(data["fulfilmentNumber"])} was shipped${data["carrier"] ? ` with ${say(data["carrier"])}` : ""}.`,
  FulfilmentDelivered: (data) => `Parcel ${say(data["fulfilmentNumber"])} has arrived.`,
  FulfilmentCancelled: (data) => `Parcel ${say(data["fulfilmentNumber"])} was unpacked.`,
  ReturnRequested: (data) => `Return ${say(data["returnNumber"])} was asked for.`,
  ReturnResolved: (data) => `Return ${say(data["returnNumber"])} was ${data["verdict"] === "REJECT" ? "refused" : "approved"}.`,
  ReturnReceived: (data) => `The goods of return ${say(data["returnNumber"])} are here.`,
  RefundCreated: (data) => `${say(data["total"])} ${say(data["currency"])} goes back (${say(data["refundNumber"])}).`,
  InvoiceIssued: (data) => `Document ${say(data["invoiceNumber"])} was issued.`,
  [NOTE]: (data) => say(data["text"]),
};

/** A sentence for people; of a type that has none, its name in words. */
export function textOf({ type, data }: Pick<OrderEvent, "type" | "data">): string {
  const words = type.replace(/(?<=[a-z])(?=[A-Z])/g, " ").toLowerCase();
  return TEXTS[type]?.(data) ?? `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}

export type EventActor = "BUYER" | "SHOP" | "PROVIDER" | "SYSTEM";

export function actorOfEvent({ actor }: Pick<OrderEvent, "actor">, buyerId: string | null): EventActor {
  if (actor === "guest" || (buyerId !== null && actor === `user:${buyerId}`)) return "BUYER";
  if (actor.startsWith("user:")) return "SHOP";
  return actor.startsWith("provider:") ? "PROVIDER" : "SYSTEM";
}
