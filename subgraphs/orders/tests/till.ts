import { randomUUID } from "node:crypto";
import { type Answer, type graphOf } from "#kit/testing/graphOf.ts";
import { GUEST, type Viewer } from "#kit/viewer.ts";
import { ORDER, shopper } from "./shopper.ts";

const ERROR = "... on UserError { code message path }";
const MONEY = "{ amount }";
export const CHECKOUT = `id state expiresAt cart { id } lines { variant { id } quantity unitPrice ${MONEY} amount ${MONEY} discount ${MONEY} }
  totals { subtotal ${MONEY} discount ${MONEY} shipping ${MONEY} tax ${MONEY} taxIncluded ${MONEY} total ${MONEY} giftCards ${MONEY} due ${MONEY} }
  payment { provider due ${MONEY} clientSecret actionUrl declineReason } order { id }`;
const PAYMENT = `id provider method state authorized ${MONEY} amount ${MONEY} refunded ${MONEY} events { kind amount ${MONEY} providerRef detail }`;
const START = `mutation ($input: CheckoutStartInput!) { checkoutStart(input: $input) { __typename ... on CheckoutStartSuccess { checkout { ${CHECKOUT} } } ${ERROR}
  ... on InsufficientStock { shortages { variant { id } requested available } } ... on PriceChanged { actual ${MONEY} } ... on CodeNoLongerValid { codes { code reason } }
  ... on DeliveryRequired { missing } ... on DeliveryUnavailable { reason } ... on VariantUnavailable { variant { id } } } }`;
const COMPLETE = `mutation ($input: CheckoutCompleteInput!) { checkoutComplete(input: $input) { __typename ... on CheckoutCompleteSuccess { order { ${ORDER} totals { total ${MONEY} paid ${MONEY} due ${MONEY} } } } ${ERROR}
  ... on PaymentActionRequired { actionUrl clientSecret checkout { ${CHECKOUT} } } ... on FraudReview { checkout { id state expiresAt } } ... on PaymentDeclined { reason }
  ... on CodeNoLongerValid { codes { code reason } } ... on InsufficientStock { shortages { available } } ... on RequestInProgress { retryAfterSeconds } } }`;
const CANCEL = `mutation ($input: CheckoutCancelInput!) { checkoutCancel(input: $input) { __typename ... on CheckoutCancelSuccess { checkout { id state expiresAt payment { clientSecret } } } ${ERROR} ... on CartAlreadyOrdered { orderId } } }`;
const RESOLVE = `mutation ($input: FraudReviewResolveInput!) { fraudReviewResolve(input: $input) { __typename ... on FraudReviewResolveSuccess { checkout { id state order { id state } } } ${ERROR} ... on ReviewAlreadyResolved { verdict } } }`;
const CAPTURE = `mutation ($input: PaymentCaptureInput!) { paymentCapture(input: $input) { __typename ... on PaymentCaptureSuccess { payment { ${PAYMENT} } order { id state } } ${ERROR}
  ... on PaymentNotAuthorized { state } ... on InvalidCaptureAmount { authorized ${MONEY} } } }`;
const VOID = `mutation ($input: PaymentVoidInput!) { paymentVoid(input: $input) { __typename ... on PaymentVoidSuccess { payment { ${PAYMENT} } order { id state } } ${ERROR} ... on PaymentNotAuthorized { state } } }`;
const READ = `query ($id: ID!, $cartId: ID) { checkout(id: $id, cartId: $cartId) { ${CHECKOUT} } }`;
const REVIEWS = `query ($first: Int, $after: String) { fraudReviews(first: $first, after: $after) { nodes { reasons buyer { id } openedAt checkout { id totals { total ${MONEY} } } } pageInfo { hasNextPage endCursor } } }`;
const ORDER_MONEY = `query ($id: ID!) { order(id: $id) { state totals { subtotal ${MONEY} discount ${MONEY} shipping ${MONEY} tax ${MONEY} taxIncluded ${MONEY} total ${MONEY} paid ${MONEY} refunded ${MONEY} due ${MONEY} }
  discounts { label code target amount ${MONEY} } taxes { name rateBps isIncluded base ${MONEY} amount ${MONEY} } contact { email name city countryCode }
  lines { nodes { discount ${MONEY} tax ${MONEY} taxIncluded ${MONEY} total ${MONEY} } } payments { ${PAYMENT} } } }`;

/** Somebody at the till, as a buyer or as one of the shop's people; each verb answers the member of its union. */
export function till(graph: ReturnType<typeof graphOf>, viewer: Viewer = GUEST) {
  const call = async (verb: string, source: string, variables: Record<string, unknown>): Promise<Answer> => {
    const { data, errors } = await graph.as(viewer).run(source, variables);
    if (errors) throw new Error(`${verb}: ${errors.map((error) => error.message).join("; ")}`);
    return data[verb];
  };
  const mutation = (verb: string, source: string) => (input: Record<string, unknown>) => call(verb, source, { input: { idempotencyKey: randomUUID(), ...input } });
  return {
    ...shopper(graph, viewer),
    checkoutStart: mutation("checkoutStart", START),
    pay: mutation("checkoutComplete", COMPLETE),
    checkoutCancel: mutation("checkoutCancel", CANCEL),
    fraudReviewResolve: mutation("fraudReviewResolve", RESOLVE),
    paymentCapture: mutation("paymentCapture", CAPTURE),
    paymentVoid: mutation("paymentVoid", VOID),
    checkout: (id: string, cartId?: string) => call("checkout", READ, { id, cartId }),
    fraudReviews: (variables: Record<string, unknown> = {}) => call("fraudReviews", REVIEWS, variables),
    orderMoney: (id: string) => call("order", ORDER_MONEY, { id }),
  };
}
