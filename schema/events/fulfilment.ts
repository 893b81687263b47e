import { z } from "zod";
import { defineEvent } from "./event.ts";
import { count, list, nullable, oneOf, text, uuid } from "./fields.ts";

const STATES = ["PLACED", "PAID", "IN_FULFILMENT", "SHIPPED", "DELIVERED", "RETURNED", "CANCELLED"] as const;
const order = {
  orderId: uuid("The order.", "ord"),
  number: text("The number of the order that people use."),
  userId: nullable(uuid("The account that bought; null for a guest.", "usr")),
};
const parcel = {
  ...order,
  fulfilmentId: uuid("The parcel.", "ful"),
  fulfilmentNumber: text("The number of the parcel that people use."),
  vendorId: nullable(uuid("Whose parcel it is; null where the shop packs it.", "ven")),
};

export const orderStateChanged = defineEvent({
  type: "OrderStateChanged", version: 1, aggregate: "order",
  description: "An order has moved on (or back) because of its parcels, cancellations and returns.",
  payload: z.object({ ...order, from: oneOf(STATES, "Where it stood."), to: oneOf(STATES, "Where it stands.") }),
});

export const fulfilmentCreated = defineEvent({
  type: "FulfilmentCreated", version: 1, aggregate: "order",
  description: "Units of an order were packed into a parcel.",
  payload: z.object({ ...parcel, lines: list(z.object({ lineId: uuid("A line of the order.", "oln"), quantity: count("How many units of it.") }), "What is in the parcel.") }),
});

export const fulfilmentShipped = defineEvent({
  type: "FulfilmentShipped", version: 1, aggregate: "order",
  description: "A parcel was handed to its carrier.",
  payload: z.object({
    ...parcel, carrier: nullable(text("Who carries it; null when not known.")), trackingNumber: nullable(text("The carrier's number; null when not known.")),
    trackingUrl: nullable(text("Where it can be followed; null when not known.")),
  }),
});

export const fulfilmentDelivered = defineEvent({
  type: "FulfilmentDelivered", version: 1, aggregate: "order", description: "A parcel has arrived.", payload: z.object(parcel),
});

export const fulfilmentCancelled = defineEvent({
  type: "FulfilmentCancelled", version: 1, aggregate: "order",
  description: "A parcel that was not shipped was unpacked: its units may be packed or cancelled again.", payload: z.object(parcel),
});
