import { graphMoney } from "#kit/graphMoney.ts";
import type { Renderers } from "#kit/userError.ts";
import { encodeId } from "#schema/values/ids.ts";
import { toDecimal } from "#schema/values/money.ts";
import type { CartCreateRefusal } from "../commands/cartCreate.ts";
import type { CartLinesSetRefusal } from "../commands/cartLinesSet.ts";
import type { CheckoutRefusal } from "../commands/checkoutComplete.ts";
import type { CartRefusal } from "../commands/findUsableCart.ts";
import type { IdempotencyRefusal } from "../commands/idempotency.ts";
import type { OrderCancelRefusal } from "../commands/orderCancel.ts";
import { MAX_REASON } from "../domain/cancellation.ts";
import { CURRENCIES, MAX_LINES, MAX_QUANTITY } from "../domain/cart.ts";
import { toInt, variantRef } from "./refs.ts";

const CART = ["input", "cartId"];
const KEY = ["input", "idempotencyKey"];
const PAYMENT_RETRY_SECONDS = 5;


const cartErrors: Renderers<CartRefusal> = {
  CART_NOT_FOUND: () => ({ message: "There is no such cart: open one with cartCreate.", path: CART }),
  CART_ALREADY_ORDERED: ({ orderId }) => ({
    message: "The cart has become an order: open a new one with cartCreate.", path: CART, fields: { orderId: orderId === null ? null : encodeId("ord", orderId) },
  }),
  CART_BUSY: () => ({ message: "A purchase of this cart is under way: wait for its answer.", path: CART }),
};

const keyErrors: Renderers<IdempotencyRefusal> = {
  INVALID_IDEMPOTENCY_KEY: () => ({ message: "The idempotency key must have 1 to 200 printable ASCII characters without spaces: a UUID does.", path: KEY }),
  IDEMPOTENCY_CONFLICT: () => ({ message: "This idempotency key was used before with other content: take a new key.", path: KEY }),
  REQUEST_IN_PROGRESS: ({ retryAfterSeconds }) => ({
    message: `A call for this is still running: repeat it in ${retryAfterSeconds} seconds for its answer.`, path: KEY, fields: { retryAfterSeconds },
  }),
};

const paymentUnavailable = () => ({
  message: "The payment provider does not answer: repeat the call with the same idempotency key, nothing is done twice.",
  fields: { retryAfterSeconds: PAYMENT_RETRY_SECONDS },
});

export const cartCreateErrors: Renderers<CartCreateRefusal> = {
  CURRENCY_NOT_SUPPORTED: ({ currency }) => ({ message: `The shop does not sell in ${currency}: choose one of ${[...CURRENCIES].join(", ")}.`, path: ["input", "currency"] }),
};

const linePath = (index: number, field: string) => ["input", "lines", String(index), field];

export const cartLinesSetErrors: Renderers<CartLinesSetRefusal> = {
  ...cartErrors,
  TOO_MANY_LINES: () => ({ message: `A cart holds at most ${MAX_LINES} lines and one call names 1 to ${MAX_LINES}.`, path: ["input", "lines"], fields: { limit: MAX_LINES } }),
  DUPLICATE_LINE: ({ variantId, index }) => ({ message: "The variant is named twice: name it once with the quantity wanted.", path: linePath(index, "variantId"), fields: { variantId } }),
  INVALID_QUANTITY: ({ variantId, quantity, index }) => ({
    message: `A quantity must be between 0 and ${MAX_QUANTITY}, it is ${quantity}.`, path: linePath(index, "quantity"), fields: { variantId, quantity },
  }),
  VARIANT_NOT_FOUND: ({ variantId, index }) => ({ message: "There is no such variant on sale in the cart's currency.", path: linePath(index, "variantId"), fields: { variantId } }),
};

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

export const orderCancelErrors: Renderers<OrderCancelRefusal> = {
  ...keyErrors,
  ORDER_NOT_FOUND: () => ({ message: "There is no such order.", path: ["input", "orderId"] }),
  ORDER_NOT_CANCELLABLE: ({ state }) => ({ message: `An order that is ${state} cannot be cancelled.`, path: ["input", "orderId"], fields: { state } }),
  INVALID_REASON: () => ({ message: `The reason may have at most ${MAX_REASON} characters.`, path: ["input", "reason"] }),
  PAYMENT_UNAVAILABLE: paymentUnavailable,
};
