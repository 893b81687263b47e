import { allow, type Guards, permission } from "#kit/guard.ts";

export const refundGuards: Guards = {
  Mutation: { orderLinesCancel: allow, refundCreate: permission("refunds.create") },
  RefundLine: allow,
  OrderLinesCancelSuccess: allow,
  RefundCreateSuccess: allow,
  InvalidRefundAmount: allow,
  RefundTooLarge: allow,
  NothingToRefund: allow,
};
