import { z } from "zod";
import { defineEvent } from "./event.ts";
import { amount, currency, flag, instant, integer, nullable, oneOf, text, uuid } from "./fields.ts";

export const promotionChanged = defineEvent({
  type: "PromotionChanged",
  version: 1,
  aggregate: "promotion",
  description: "A promotion was made, changed or switched off. Its codes are not told: they are worth money.",
  payload: z.object({
    promotionId: uuid("The promotion.", "prm"),
    version: integer("Counts up with every change."),
    name: text("What the people of the shop call it."),
    kind: oneOf(["PERCENTAGE_OFF", "AMOUNT_OFF", "BUY_X_GET_Y", "FREE_SHIPPING"], "What it takes off."),
    isActive: flag("False once it is switched off."),
    needsCode: flag("Whether a code has to be entered."),
    startsAt: nullable(instant("From when on it applies; null: from the beginning.")),
    endsAt: nullable(instant("From when on it does not apply any more; null: without end.")),
  }),
});

export const giftCardIssued = defineEvent({
  type: "GiftCardIssued",
  version: 1,
  aggregate: "gift_card",
  description: "A gift card came into being. Its code is not told: whoever knows it may spend it.",
  payload: z.object({
    giftCardId: uuid("The gift card.", "gft"),
    last4: text("The last four characters of its code."),
    amount: amount("What can be spent of it."),
    currency: currency(),
    expiresAt: nullable(instant("From when on it cannot be spent; null: never.")),
  }),
});

export const giftCardSpent = defineEvent({
  type: "GiftCardSpent",
  version: 1,
  aggregate: "gift_card",
  description: "A gift card paid for an order or a part of it.",
  payload: z.object({
    giftCardId: uuid("The gift card.", "gft"),
    last4: text("The last four characters of its code."),
    orderId: uuid("The order.", "ord"),
    amount: amount("What it paid."),
    balance: amount("What is left on it."),
    currency: currency(),
  }),
});
