import { graphMoney } from "#kit/graphMoney.ts";
import type { Renderers } from "#kit/userError.ts";
import { toDecimal } from "#schema/values/money.ts";
import type { BeginRefusal } from "../../commands/beginCheckout.ts";
import type { CheckoutCancelRefusal } from "../../commands/checkoutCancel.ts";
import type { CheckoutRefusal } from "../../commands/checkoutComplete.ts";
import type { StartRefusal } from "../../commands/checkoutStart.ts";
import type { ReviewRefusal } from "../../commands/fraudReviewResolve.ts";
import { toInt, variantRef } from "../refs.ts";
import { CART, cartErrors, keyErrors, paymentUnavailable } from "./shared.ts";

const CHECKOUT = ["input", "checkoutId"];
const notFound = () => ({ message: "There is no such purchase under way: begin one with checkoutStart.", path: CHECKOUT });
const declined = ({ reason }: { reason: string }) => ({
  message: "The payment was declined and nothing was bought: try another means of payment with a new idempotency key.", path: ["input", "paymentToken"], fields: { reason },
});
const inReview = ({ checkout }: { checkout: object }) => ({
  message: "The shop looks at this purchase before it takes the money: repeat the call with the same idempotency key later.", fields: { checkout },
});

const beginErrors: Renderers<BeginRefusal> = {
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
  CODE_NO_LONGER_VALID: ({ codes }) => ({ message: "A code in the cart cannot be had any more: take it out with cartRemoveCode, or buy without it.", path: CART, fields: { codes } }),
  DELIVERY_REQUIRED: ({ missing }) => ({ message: `Say where the goods go first, with cartSetDelivery: ${missing.join(", ")} missing.`, path: CART, fields: { missing } }),
  DELIVERY_UNAVAILABLE: ({ reason }) => ({ message: "The goods cannot be delivered as the cart says: choose another method or address with cartSetDelivery.", path: CART, fields: { reason } }),
};

export const checkoutStartErrors: Renderers<StartRefusal> = {
  ...cartErrors, ...keyErrors, ...beginErrors,
  FRAUD_REVIEW: inReview,
  PAYMENT_DECLINED: declined,
  PAYMENT_UNAVAILABLE: paymentUnavailable,
};

export const checkoutErrors: Renderers<CheckoutRefusal> = {
  ...cartErrors, ...keyErrors, ...beginErrors,
  CHECKOUT_NOT_FOUND: notFound,
  CHECKOUT_EXPIRED: () => ({ message: "The purchase is over, it was not paid in time or was let go, and nothing was taken: begin anew with checkoutStart.", path: CHECKOUT }),
  PAYMENT_ACTION_REQUIRED: ({ checkout, actionUrl, clientSecret }) => ({
    message: "The payer's bank asks for a confirmation: answer it, then repeat the call with the same idempotency key.", path: ["input", "paymentToken"],
    fields: { checkout: { ...checkout, actionUrl, clientSecret }, actionUrl, clientSecret },
  }),
  FRAUD_REVIEW: inReview,
  PAYMENT_DECLINED: declined,
  PAYMENT_UNAVAILABLE: paymentUnavailable,
};

export const checkoutCancelErrors: Renderers<CheckoutCancelRefusal> = { ...cartErrors, ...keyErrors, CHECKOUT_NOT_FOUND: notFound, PAYMENT_UNAVAILABLE: paymentUnavailable };

export const reviewErrors: Renderers<ReviewRefusal> = {
  ...keyErrors,
  CHECKOUT_NOT_FOUND: () => ({ message: "There is no such purchase.", path: CHECKOUT }),
  REVIEW_ALREADY_RESOLVED: ({ verdict }) => ({
    message: verdict === null ? "The purchase is not in review." : `Somebody has decided already: ${verdict}.`, path: CHECKOUT, fields: { verdict },
  }),
  PAYMENT_UNAVAILABLE: paymentUnavailable,
};
