import { z } from "zod";
import { defineEvent } from "./event.ts";
import { amount, country, currency, nullable, text, uuid } from "./fields.ts";

export const orderPlaced = defineEvent({
  type: "OrderPlaced",
  version: 1,
  aggregate: "order",
  description: "A purchase has become an order: stock is sold and the payment stands.",
  payload: z.object({
    orderId: uuid("The order.", "ord"),
    number: text("The number people use; unique."),
    userId: nullable(uuid("The account that bought; null for a guest.", "usr")),
    countryCode: nullable(country("Where the goods go; null when unknown.")),
    total: amount("What the order comes to."),
    currency: currency(),
  }),
});

export const orderCancelled = defineEvent({
  type: "OrderCancelled",
  version: 1,
  aggregate: "order",
  description: "An order was called off as a whole: what had been paid was given back and the goods are on the shelf again.",
  payload: z.object({
    orderId: uuid("The order.", "ord"),
    number: text("The number people use; unique."),
    userId: nullable(uuid("The account that bought; null for a guest.", "usr")),
    refundId: nullable(uuid("The refund of the whole order; null when nothing had been paid.", "rfd")),
    total: amount("What the order came to."),
    currency: currency(),
    reason: nullable(text("What was said when it was called off.")),
  }),
});
