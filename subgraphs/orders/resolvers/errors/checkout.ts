import { graphMoney } from "#kit/graphMoney.ts";
import type { Renderers } from "#kit/userError.ts";
import { toDecimal } from "#schema/values/money.ts";
import type { CheckoutRefusal } from "../../commands/checkoutComplete.ts";
import { toInt, variantRef } from "../refs.ts";
import { CART, cartErrors, keyErrors, paymentUnavailable } from "./shared.ts";

export const checkoutErrors: Renderers<CheckoutRefusal> = {
  ...cartErrors,
  ...keyErrors,
  EMPTY_CART: () => ({ message: "There is nothing in the cart: put something in with cartLinesSet.", path: CART }),
  VARIANT_UNAVAILABLE: ({ variantId }) => ({ message: "Something in the cart is no longer sold: take it out with quantity 0.", path: CART, fields: { variant: variantRef(variantId) } }),
  ORDER_TOO_LARGE: () => ({ message: "The total is above what one order may come to: buy in several orders.", path: CART }),
  PRICE_CHANGED: ({ expected, actual }) => ({
    message: `The total is ${toDecimal(actual)} ${actual.currency} now, not ${toDecimal(expected)}: look at the cart and buy again with the new total.`,
    path: ["input", "expectedTotal"], fields: { expected: graphMoney(expected), actual: graphMoney(actual) },
  }),
  INSUFFICIENT_STOCK: ({ shortages }) => ({
    message: "There are fewer units left than the cart asks for: lower the quantities.", path: CART,
    fields: { shortages: shortages.map((short) => ({ variant: variantRef(short.variantId), requested: toInt(short.requested), available: toInt(short.available) })) },
  }),
  PAYMENT_DECLINED: ({ reason }) => ({
    message: "The payment was declined and nothing was bought: try another means of payment with a new idempotency key.", path: ["input", "paymentToken"], fields: { reason },
  }),
  PAYMENT_UNAVAILABLE: paymentUnavailable,
};
