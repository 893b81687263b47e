import { z } from "zod";
import { defineEvent } from "./event.ts";
import { count, nullable, oneOf, text, uuid } from "./fields.ts";

const STAGES = ["OUT", "LOW", "PLENTY"] as const;
const stage = {
  variantId: uuid("The variant.", "var"),
  productId: uuid("Its product.", "prd"),
  sku: text("Stock keeping unit."),
  vendorId: nullable(uuid("Who sells it; null when the shop itself does.", "ven")),
  stage: oneOf(STAGES, "OUT: nothing on the shelf. LOW: at the threshold or below it. PLENTY: above it."),
  before: oneOf(STAGES, "The stage it was in until now."),
  onHand: count("Units on the shelves of all warehouses, held ones too."),
  threshold: nullable(count("The variant's own threshold; null when none is set.")),
};

export const stockLow = defineEvent({
  type: "StockLow",
  version: 1,
  aggregate: "variant",
  description: "A variant fell to its low-stock threshold, or to nothing, by a sale, a count or a new threshold. Written once for each crossing; units that a checkout holds are still on the shelf.",
  payload: z.object(stage),
});

export const stockBack = defineEvent({
  type: "StockBack",
  version: 1,
  aggregate: "variant",
  description: "A variant rose above its low-stock threshold, or from nothing. Written once for each crossing; `before` OUT means that it can be bought again.",
  payload: z.object(stage),
});

export const stockAdjusted = defineEvent({
  type: "StockAdjusted",
  version: 1,
  aggregate: "variant",
  description: "Somebody changed what is on hand in a warehouse by a count, a delivery or a transfer (two events, one for each warehouse). Sales and returns are told by their orders.",
  payload: z.object({
    variantId: uuid("The variant.", "var"),
    warehouseId: uuid("The warehouse.", "whs"),
    warehouseCode: text("Its code."),
    movementId: uuid("The movement in the stock ledger.", "mov"),
    kind: oneOf(["ADJUSTMENT", "WRITE_OFF", "FOUND", "GIVEN_FREE", "RECEIVED", "TRANSFER"], "Why the number changed."),
    quantity: count("Units that came, negative for units that left."),
    onHandBefore: count("Units on hand there before."),
    onHandAfter: count("Units on hand there after."),
    reason: nullable(text("What was said about it.")),
    reference: nullable(text("What the mover calls it, a delivery note.")),
    actor: text("user:<uuid> of who did it."),
  }),
});
