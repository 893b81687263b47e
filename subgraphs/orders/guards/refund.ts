import { allow, type Guards, role } from "#kit/guard.ts";

export const refundGuards: Guards = {
  Mutation: { orderLinesCancel: allow, refundCreate: role("SUPPORT", "ADMIN") },
  RefundLine: allow,
  OrderLinesCancelSuccess: allow,
  RefundCreateSuccess: allow,
  InvalidRefundAmount: allow,
  RefundTooLarge: allow,
  NothingToRefund: allow,
};
