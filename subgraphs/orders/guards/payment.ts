import { allow, type Guards, permission } from "#kit/guard.ts";

const staff = permission("payments.write");

export const paymentGuards: Guards = {
  Mutation: { paymentCapture: staff, paymentVoid: staff },
  Payment: allow,
  PaymentEvent: allow,
  OrderTotals: allow,
  OrderDiscount: allow,
  OrderTax: allow,
  OrderContact: allow,
  PaymentCaptureSuccess: staff,
  PaymentVoidSuccess: staff,
  PaymentNotFound: staff,
  PaymentNotAuthorized: staff,
  InvalidCaptureAmount: staff,
};
