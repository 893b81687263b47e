import { z } from "zod";
import { defineEvent } from "./event.ts";
import { amount, currency, instant, nullable, oneOf, uuid } from "./fields.ts";

export const priceChanged = defineEvent({
  type: "PriceChanged",
  version: 1,
  aggregate: "variant",
  description: "A price was set, planned, or taken back before it began. A planned price begins and ends by time alone: nothing is told of it then.",
  payload: z.object({
    variantId: uuid("The variant.", "var"),
    productId: uuid("Its product.", "prd"),
    priceId: uuid("The price.", "prc"),
    priceListId: nullable(uuid("The price list; null for a base price.", "prl")),
    change: oneOf(["SET", "SCHEDULED", "CANCELLED"], "What happened to it."),
    currency: currency("ISO 4217 code of the price."),
    amount: amount("The price of one unit; may be finer than the currency."),
    compareAt: nullable(amount("The price to compare with; null where there is none.")),
    validFrom: instant("From when on it holds, in business time."),
    validTo: nullable(instant("Until when it was to hold when this was written; null where nothing ended it yet.")),
  }),
});
