import { allow, type Guards, permission } from "#kit/guard.ts";

export const timelineGuards: Guards = {
  Query: { orders: permission("orders.read") },
  Mutation: { orderNoteAdd: permission("orders.note") },
  OrderEvent: allow,
  OrderEventConnection: allow,
  OrderEventEdge: allow,
  OrderNoteAddSuccess: allow,
};
