import { z } from "zod";
import { defineEvent } from "./event.ts";
import { instant, integer, nullable, uuid } from "./fields.ts";

export const cartExpired = defineEvent({
  type: "CartExpired",
  version: 1,
  aggregate: "cart",
  description: "A cart was closed because nobody had changed it for as long as the shop's carts live. One that is being bought does not expire.",
  payload: z.object({
    cartId: uuid("The cart.", "crt"),
    userId: nullable(uuid("Whose cart it was; null for a guest.", "usr")),
    lastChangedAt: instant("When it was last changed, in business time."),
    lines: integer("How many variants were left in it."),
  }),
});
