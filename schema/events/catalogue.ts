import { z } from "zod";
import { defineEvent } from "./event.ts";
import { oneOf, uuid } from "./fields.ts";

export const productChanged = defineEvent({
  type: "ProductChanged",
  version: 1,
  aggregate: "product",
  description: "Something that is shown of a product changed: its texts, status, place in the catalogue, attributes, variants, media, prices or rating. Written once for each product and transaction; stock has events of its own.",
  payload: z.object({
    productId: uuid("The product.", "prd"),
    change: oneOf(["CREATED", "UPDATED", "PUBLISHED", "ARCHIVED"], "What happened to it; PUBLISHED where it went on sale, ARCHIVED where it left it."),
  }),
});
