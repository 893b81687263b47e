import { randomUUID } from "node:crypto";
import type { graphOf, Run } from "#kit/testing/graphOf.ts";
import { SMALL_SHOP } from "#kit/testing/smallShop.ts";
import { GUEST, type Viewer } from "#kit/viewer.ts";
import { encodeId } from "#schema/values/ids.ts";

export const variantId = (n: number) => encodeId("var", SMALL_SHOP.variant(n));

export const CART = `id state currency countryCode buyer { id } total { amount currency } updatedAt
  lines { variant { id } quantity unitPrice { amount exponent } amount { amount exponent } }`;
export const ORDER = `id number state nextStates placedAt country countryCode currency customerType buyer { id } total { amount minorUnits currency exponent }
  lines { nodes { id sku name quantity variant { id } product { id } unitPrice { amount } amount { amount exponent } } pageInfo { hasNextPage endCursor } }
  charges { code } payments { provider state amount { amount } refunded { amount } paidAt } refunds { number total { amount } reason matchQuality refundedAt }`;
const ERROR = "... on UserError { code message path }";

export const CART_CREATE = `mutation ($input: CartCreateInput) { cartCreate(input: $input) { __typename ... on CartCreateSuccess { cart { ${CART} } } ${ERROR} } }`;
export const CART_LINES_SET = `mutation ($input: CartLinesSetInput!) { cartLinesSet(input: $input) { __typename ... on CartLinesSetSuccess { cart { ${CART} } } ${ERROR}
  ... on InvalidQuantity { variantId quantity } ... on VariantNotFound { variantId } ... on DuplicateLine { variantId } ... on TooManyLines { limit } } }`;
export const CHECKOUT_COMPLETE = `mutation ($input: CheckoutCompleteInput!) { checkoutComplete(input: $input) { __typename ... on CheckoutCompleteSuccess { order { ${ORDER} } } ${ERROR}
  ... on CartAlreadyOrdered { orderId } ... on InsufficientStock { shortages { variant { id } requested available } } ... on PriceChanged { expected { amount } actual { amount } }
  ... on PaymentDeclined { reason } ... on VariantUnavailable { variant { id } } ... on RequestInProgress { retryAfterSeconds } ... on PaymentUnavailable { retryAfterSeconds } ... on PaymentActionRequired { actionUrl } } }`;
export const ORDER_CANCEL = `mutation ($input: OrderCancelInput!) { orderCancel(input: $input) { __typename
  ... on OrderCancelSuccess { order { ${ORDER} } refund { number total { amount } reason matchQuality } } ${ERROR} ... on OrderNotCancellable { state } } }`;

/** Somebody who shops: each verb answers the member of its union. */
export function shopper(graph: ReturnType<typeof graphOf>, viewer: Viewer = GUEST) {
  const call = async (verb: string, source: string, input: unknown) => unwrap(verb, await graph.as(viewer).run(source, { input }));
  const cartCreate = (input: unknown = {}) => call("cartCreate", CART_CREATE, input);
  const cartLinesSet = (cartId: string, lines: unknown) => call("cartLinesSet", CART_LINES_SET, { cartId, lines });
  const checkoutComplete = (cartId: string, more: Record<string, unknown> = {}) => call("checkoutComplete", CHECKOUT_COMPLETE, { cartId, idempotencyKey: randomUUID(), ...more });
  const orderCancel = (orderId: string, more: Record<string, unknown> = {}) => call("orderCancel", ORDER_CANCEL, { orderId, idempotencyKey: randomUUID(), ...more });
  /** The id of a cart with `quantity` of each variant, given by its number. */
  const cartWith = async (quantities: Record<number, number>, input: unknown = { countryCode: "GB" }): Promise<string> => {
    const { cart } = await cartCreate(input);
    const lines = Object.entries(quantities).map(([n, quantity]) => ({ variantId: variantId(Number(n)), quantity }));
    if (lines.length > 0) await cartLinesSet(cart.id, lines);
    return cart.id;
  };
  return { cartCreate, cartLinesSet, checkoutComplete, orderCancel, cartWith };
}

function unwrap(verb: string, { data, errors }: Run) {
  if (errors) throw new Error(`${verb}: ${errors.map((error) => error.message).join("; ")}`);
  return data[verb];
}
