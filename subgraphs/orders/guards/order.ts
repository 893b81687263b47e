import { allow, anyOf, type Guards, permission, when } from "#kit/guard.ts";
import type { UserStub } from "../resolvers/refs.ts";

export const themselves = when<UserStub>("the person", (viewer, user) => viewer.userId !== null && viewer.userId === user.userId);

export const orderGuards: Guards = {
  Query: { order: allow },
  Mutation: { orderCancel: allow },
  User: { id: allow, orders: anyOf(themselves, permission("orders.read")) },
  Order: allow,
  OrderLine: allow,
  Charge: allow,
  Refund: allow,
  OrderConnection: allow,
  OrderEdge: allow,
  OrderLineConnection: allow,
  OrderLineEdge: allow,
  OrderCancelSuccess: allow,
  OrderNotFound: allow,
  OrderNotCancellable: allow,
  InvalidReason: allow,
};
