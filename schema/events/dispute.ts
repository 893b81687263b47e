import { z } from "zod";
import { defineEvent } from "./event.ts";
import { amount, currency, oneOf, text, uuid } from "./fields.ts";

const dispute = {
  disputeId: uuid("The dispute."),
  paymentId: uuid("The payment.", "pay"),
  orderId: uuid("The order it paid for.", "ord"),
  provider: text("Who moves the money."),
  amount: amount("What the payer's bank took back."),
  currency: currency(),
};

export const disputeOpened = defineEvent({
  type: "DisputeOpened",
  version: 1,
  aggregate: "order",
  description: "The payer has asked their bank to take a payment back, and the bank has: the money is gone unless the shop wins.",
  payload: z.object(dispute),
});

export const disputeClosed = defineEvent({
  type: "DisputeClosed",
  version: 1,
  aggregate: "order",
  description: "The bank has decided a dispute. Won, the money is back; lost, it stays away.",
  payload: z.object({ ...dispute, outcome: oneOf(["WON", "LOST"], "For or against the shop.") }),
});

export const refundFailed = defineEvent({
  type: "RefundFailed",
  version: 1,
  aggregate: "order",
  description: "A refund did not reach the buyer, for example since the card is closed; the money is with the shop again and has to go back in another way.",
  payload: z.object({
    refundId: uuid("The refund.", "rfd"),
    paymentId: uuid("The payment it went back from.", "pay"),
    orderId: uuid("The order.", "ord"),
    provider: text("Who moves the money."),
    amount: amount("What came back to the shop."),
    currency: currency(),
  }),
});
