import { z } from "zod";
import { defineEvent } from "./event.ts";
import { amount, currency, nullable, text, uuid } from "./fields.ts";

const payment = {
  paymentId: uuid("The payment.", "pay"),
  orderId: uuid("The order it pays for.", "ord"),
  provider: text("Who moves the money."),
  amount: amount("How much."),
  currency: currency(),
};

export const paymentAuthorized = defineEvent({
  type: "PaymentAuthorized",
  version: 1,
  aggregate: "payment",
  description: "The money for an order is held at the provider and can be captured.",
  payload: z.object(payment),
});

export const paymentCaptured = defineEvent({
  type: "PaymentCaptured",
  version: 1,
  aggregate: "payment",
  description: "The money for an order was taken.",
  payload: z.object(payment),
});

export const orderPaid = defineEvent({
  type: "OrderPaid",
  version: 1,
  aggregate: "order",
  description: "An order that was placed on held money has been paid: the money was taken. Orders that are paid when they are placed tell OrderPlaced alone.",
  payload: z.object({
    orderId: uuid("The order.", "ord"),
    number: text("The number people use; unique."),
    paid: amount("What was taken last."),
    currency: currency(),
  }),
});

export const paymentVoided = defineEvent({
  type: "PaymentVoided",
  version: 1,
  aggregate: "payment",
  description: "Money that was held for an order was let go without being taken.",
  payload: z.object(payment),
});

export const paymentFailed = defineEvent({
  type: "PaymentFailed",
  version: 1,
  aggregate: "checkout",
  description: "A means of payment was declined, or the purchase was refused for suspicion of fraud. Nothing was taken.",
  payload: z.object({
    checkoutId: uuid("The purchase.", "chk"),
    reason: text("In capitals, `CARD_DECLINED`."),
    amount: amount("What was to be paid."),
    currency: currency(),
  }),
});

export const refundPaid = defineEvent({
  type: "RefundPaid",
  version: 1,
  aggregate: "refund",
  description: "Money of an order went back, all of this refund, over all means it was paid by.",
  payload: z.object({
    refundId: uuid("The refund.", "rfd"),
    orderId: uuid("The order.", "ord"),
    total: amount("How much went back."),
    currency: currency(),
  }),
});

export const checkoutExpired = defineEvent({
  type: "CheckoutExpired",
  version: 1,
  aggregate: "checkout",
  description: "A purchase that was begun was not paid in time: stock, codes and gift cards are let go and the cart can be changed again.",
  payload: z.object({
    checkoutId: uuid("The purchase.", "chk"),
    userId: nullable(uuid("The account that was buying; null for a guest.", "usr")),
    total: amount("What it came to."),
    currency: currency(),
  }),
});

export const fraudReviewOpened = defineEvent({
  type: "FraudReviewOpened",
  version: 1,
  aggregate: "checkout",
  description: "A purchase waits for a person to look at it. Its money and its goods are held.",
  payload: z.object({
    checkoutId: uuid("The purchase.", "chk"),
    reasons: z.array(z.string()).meta({ description: "Why, in capitals, `LARGE_AMOUNT`." }),
    total: amount("What it comes to."),
    currency: currency(),
  }),
});

export const fraudReviewResolved = defineEvent({
  type: "FraudReviewResolved",
  version: 1,
  aggregate: "checkout",
  description: "A person has looked at a purchase: it becomes an order, or everything is let go.",
  payload: z.object({
    checkoutId: uuid("The purchase.", "chk"),
    verdict: z.enum(["APPROVE", "REJECT"]).meta({ description: "What was decided." }),
    reviewedBy: uuid("Who decided.", "usr"),
  }),
});
