import { z } from "zod";
import { defineEvent } from "./event.ts";
import { amount, count, currency, list, nullable, oneOf, text, uuid } from "./fields.ts";

const order = {
  orderId: uuid("The order.", "ord"),
  number: text("The number of the order that people use."),
  userId: nullable(uuid("The account that bought; null for a guest.", "usr")),
};
const lines = (description: string) => list(z.object({ lineId: uuid("A line of the order.", "oln"), quantity: count("How many units of it.") }), description);

export const orderLinesCancelled = defineEvent({
  type: "OrderLinesCancelled", version: 1, aggregate: "order",
  description: "Units were taken out of an order before they were packed; the goods are on the shelf again.",
  payload: z.object({
    ...order, lines: lines("What was cancelled."), reason: nullable(text("What was said; null when nothing was.")),
    refundId: nullable(uuid("The refund for it; null where nothing had been paid.", "rfd")),
  }),
});

const returned = { ...order, returnId: uuid("The return.", "ret"), returnNumber: text("The number of the return that people use.") };

export const returnRequested = defineEvent({
  type: "ReturnRequested", version: 1, aggregate: "order",
  description: "A buyer asks to give units back; nothing is decided yet.",
  payload: z.object({ ...returned, exchangeVariantId: nullable(uuid("What is wanted in their place; null for the money.", "var")), lines: lines("What is to go back.") }),
});

export const returnResolved = defineEvent({
  type: "ReturnResolved", version: 1, aggregate: "order",
  description: "A return was approved or refused.",
  payload: z.object({
    ...returned, verdict: oneOf(["APPROVE", "REJECT"], "What was decided."), refundId: nullable(uuid("The refund for it; null where no money goes back.", "rfd")),
    exchangeOrderId: nullable(uuid("The order that goes out in its place; null where there is none.", "ord")),
  }),
});

export const returnReceived = defineEvent({
  type: "ReturnReceived", version: 1, aggregate: "order", description: "The goods of a return are here.", payload: z.object(returned),
});

export const invoiceIssued = defineEvent({
  type: "InvoiceIssued", version: 1, aggregate: "order",
  description: "An invoice or a credit note got its number.",
  payload: z.object({
    ...order, invoiceId: uuid("The document.", "inv"), invoiceNumber: text("Its number, counted without gaps within a year."),
    kind: oneOf(["INVOICE", "CREDIT_NOTE"], "What it is."), total: amount("What it comes to."), currency: currency(),
  }),
});

export const refundCreated = defineEvent({
  type: "RefundCreated", version: 1, aggregate: "order",
  description: "Money is promised back to a buyer; RefundPaid follows when it has gone.",
  payload: z.object({
    ...order, refundId: uuid("The refund.", "rfd"), refundNumber: text("The number of the refund that people use."),
    cause: oneOf(["CANCELLATION", "RETURN", "AGREEMENT"], "What it is for."), total: amount("How much."), currency: currency(),
    reason: nullable(text("What was said; null when nothing was.")),
  }),
});
