import { allow, type Guards } from "#kit/guard.ts";

export const checkoutGuards: Guards = {
  Mutation: { checkoutComplete: allow },
  CheckoutCompleteSuccess: allow,
  EmptyCart: allow,
  VariantUnavailable: allow,
  InsufficientStock: allow,
  StockShortage: allow,
  OrderTooLarge: allow,
  PriceChanged: allow,
  PaymentDeclined: allow,
  PaymentUnavailable: allow,
};
