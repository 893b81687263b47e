import { allow, type Guards, role } from "#kit/guard.ts";

const staff = role("SUPPORT", "ADMIN");

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
