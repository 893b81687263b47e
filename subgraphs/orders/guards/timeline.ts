import { allow, type Guards, role } from "#kit/guard.ts";

const shopPeople = role("SUPPORT", "ADMIN");

export const timelineGuards: Guards = {
  Query: { orders: shopPeople },
  Mutation: { orderNoteAdd: shopPeople },
  OrderEvent: allow,
  OrderEventConnection: allow,
  OrderEventEdge: allow,
  OrderNoteAddSuccess: allow,
};
