import type { Renderers } from "#kit/userError.ts";
import { encodeId } from "#schema/values/ids.ts";
import type { CartRefusal } from "../../commands/findUsableCart.ts";
import type { IdempotencyRefusal } from "../../commands/idempotency.ts";

export const CART = ["input", "cartId"];
const KEY = ["input", "idempotencyKey"];
const PAYMENT_RETRY_SECONDS = 5;

export const cartErrors: Renderers<CartRefusal> = {
  CART_NOT_FOUND: () => ({ message: "There is no such cart: open one with cartCreate.", path: CART }),
  CART_ALREADY_ORDERED: ({ orderId }) => ({
    message: "The cart has become an order: open a new one with cartCreate.", path: CART, fields: { orderId: orderId === null ? null : encodeId("ord", orderId) },
  }),
  CART_CLOSED: ({ state }) => ({
    message: state === "EXPIRED" ? "Nobody came back for the cart in time and it has expired: open a new one with cartCreate." : "The cart's lines went into another cart: go on with that one.",
    path: CART, fields: { state },
  }),
  CART_BUSY: () => ({ message: "A purchase of this cart is under way: wait for its answer.", path: CART }),
};

export const versionConflict = ({ expected, actual }: { expected: number; actual: number }) => ({
  message: `It has been changed since: version ${expected} was expected, ${actual} is there. Read it again and repeat the change with expectedVersion ${actual}.`,
  path: ["input", "expectedVersion"], fields: { expected, actual },
});

export const keyErrors: Renderers<IdempotencyRefusal> = {
  INVALID_IDEMPOTENCY_KEY: () => ({ message: "The idempotency key must have 1 to 200 printable ASCII characters without spaces: a UUID does.", path: KEY }),
  IDEMPOTENCY_CONFLICT: () => ({ message: "This idempotency key was used before with other content: take a new key.", path: KEY }),
  REQUEST_IN_PROGRESS: ({ retryAfterSeconds }) => ({
    message: `A call for this is still running: repeat it in ${retryAfterSeconds} seconds for its answer.`, path: KEY, fields: { retryAfterSeconds },
  }),
};

export const paymentUnavailable = () => ({
  message: "The payment provider does not answer: repeat the call with the same idempotency key, nothing is done twice.",
  fields: { retryAfterSeconds: PAYMENT_RETRY_SECONDS },
});
