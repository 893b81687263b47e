import { randomUUID } from "node:crypto";
import type { Answer, graphOf } from "#kit/testing/graphOf.ts";
import type { Database } from "#platform/db/database.ts";
import { person } from "#kit/testing/graphOf.ts";
import { SMALL_SHOP } from "#kit/testing/smallShop.ts";
import { GUEST, type Viewer } from "#kit/viewer.ts";

type Graph = ReturnType<typeof graphOf>;

/** Somebody who sells for the small shop's vendor. */
export const VERA: Viewer = { userId: SMALL_SHOP.vera, roles: ["VENDOR"], vendorIds: [SMALL_SHOP.vendor] };
/** A vendor that has nothing in any order. */
export const STRANGER: Viewer = { userId: SMALL_SHOP.bob, roles: ["VENDOR"], vendorIds: ["01900002-0000-7000-8000-0000000000cc"] };
export const SAM = person(SMALL_SHOP.sam, "SUPPORT");

const ERROR = "... on UserError { code message path }";
const PARCEL = "id number state carrier trackingNumber trackingUrl lines { quantity line { id sku } } createdAt shippedAt deliveredAt";
const ORDER = `id number state nextStates fulfilmentState total { amount } lines { nodes { id sku quantity fulfilledQuantity shippedQuantity deliveredQuantity cancelledQuantity returnedQuantity } }
  fulfilments { ${PARCEL} } refunds { id number state cause total { amount } tax { amount } shipping { amount } reason lines { code quantity amount { amount } } } payments { state amount { amount } refunded { amount } }`;

const RETURN = `id number state lines { quantity reason line { sku } } exchangeVariant { id } replacement { id state total { amount } lines { nodes { sku quantity } } } refund { total { amount } } restock note
  requestedAt resolvedAt receivedAt`;

const DOCUMENTS: Readonly<Record<string, string>> = {
  fulfilmentCreate: `mutation ($input: FulfilmentCreateInput!) { fulfilmentCreate(input: $input) { __typename ... on FulfilmentCreateSuccess { fulfilment { ${PARCEL} } order { ${ORDER} } } ${ERROR}
    ... on OrderNotFulfillable { state } ... on OrderLineNotFound { lineId } ... on NotEnoughUnits { lineId requested available } } }`,
  fulfilmentShip: `mutation ($input: FulfilmentShipInput!) { fulfilmentShip(input: $input) { __typename ... on FulfilmentShipSuccess { fulfilment { ${PARCEL} } order { ${ORDER} } } ${ERROR} ... on FulfilmentInWrongState { state } } }`,
  fulfilmentDeliver: `mutation ($fulfilmentId: ID!) { fulfilmentDeliver(fulfilmentId: $fulfilmentId) { __typename ... on FulfilmentDeliverSuccess { fulfilment { ${PARCEL} } order { ${ORDER} } } ${ERROR} ... on FulfilmentInWrongState { state } } }`,
  fulfilmentCancel: `mutation ($fulfilmentId: ID!) { fulfilmentCancel(fulfilmentId: $fulfilmentId) { __typename ... on FulfilmentCancelSuccess { fulfilment { ${PARCEL} } order { ${ORDER} } } ${ERROR} ... on FulfilmentInWrongState { state } } }`,
  orderLinesCancel: `mutation ($input: OrderLinesCancelInput!) { orderLinesCancel(input: $input) { __typename ... on OrderLinesCancelSuccess { order { ${ORDER} } refund { id number state total { amount } } } ${ERROR}
    ... on NotEnoughUnits { available } ... on OrderNotCancellable { state } } }`,
  refundCreate: `mutation ($input: RefundCreateInput!) { refundCreate(input: $input) { __typename ... on RefundCreateSuccess { order { ${ORDER} } refund { id number state total { amount } lines { code quantity amount { amount } } } } ${ERROR}
    ... on RefundTooLarge { refundable { amount } } } }`,
  returnRequest: `mutation ($input: ReturnRequestInput!) { returnRequest(input: $input) { __typename ... on ReturnRequestSuccess { return { ${RETURN} } order { ${ORDER} } } ${ERROR}
    ... on NotEnoughUnits { available } ... on ReturnWindowClosed { lineId closedAt } ... on ExchangePriceDiffers { difference { amount } } } }`,
  returnResolve: `mutation ($input: ReturnResolveInput!) { returnResolve(input: $input) { __typename ... on ReturnResolveSuccess { return { ${RETURN} } order { ${ORDER} } } ${ERROR}
    ... on ReturnInWrongState { state } ... on InsufficientStock { shortages { requested available } } } }`,
  returnReceive: `mutation ($returnId: ID!) { returnReceive(returnId: $returnId) { __typename ... on ReturnReceiveSuccess { return { ${RETURN} } order { ${ORDER} } } ${ERROR} ... on ReturnInWrongState { state } } }`,
};

/** Units of lines as the API takes them. */
export type Lines = readonly { lineId: string; quantity: number; reason?: string }[];

/** Somebody at the counter after the sale: each verb answers the member of its union. */
export function counter(graph: Graph, viewer: Viewer = SAM) {
  const call = async (verb: string, variables: Record<string, unknown>): Promise<Answer> => {
    const { data, errors } = await graph.as(viewer).run(DOCUMENTS[verb] as string, variables);
    if (errors) throw new Error(`${verb}: ${errors.map((error) => error.message).join("; ")}`);
    return data[verb] as Answer;
  };
  return {
    call,
    fulfilmentCreate: (orderId: string, lines: Lines, more: object = {}) => call("fulfilmentCreate", { input: { orderId, lines, idempotencyKey: randomUUID(), ...more } }),
    fulfilmentShip: (fulfilmentId: string, tracking?: object) => call("fulfilmentShip", { input: { fulfilmentId, tracking } }),
    fulfilmentDeliver: (fulfilmentId: string) => call("fulfilmentDeliver", { fulfilmentId }),
    fulfilmentCancel: (fulfilmentId: string) => call("fulfilmentCancel", { fulfilmentId }),
    orderLinesCancel: (orderId: string, lines: Lines, more: object = {}) => call("orderLinesCancel", { input: { orderId, lines, idempotencyKey: randomUUID(), ...more } }),
    refundCreate: (orderId: string, more: object) => call("refundCreate", { input: { orderId, idempotencyKey: randomUUID(), ...more } }),
    returnRequest: (orderId: string, lines: Lines, more: object = {}) => call("returnRequest", { input: { orderId, lines, idempotencyKey: randomUUID(), ...more } }),
    returnResolve: (returnId: string, verdict: string, more: object = {}) => call("returnResolve", { input: { returnId, verdict, idempotencyKey: randomUUID(), ...more } }),
    returnReceive: (returnId: string) => call("returnReceive", { returnId }),
    order: async (id: string): Promise<Answer> => (await graph.as(viewer).run(`query ($id: ID!) { order(id: $id) { ${ORDER} } }`, { id })).data["order"] as Answer,
    /** Packs, ships and, if told, delivers the units given. */
    async sent(orderId: string, lines: Lines, delivered = true): Promise<string> {
      const { fulfilment } = await this.fulfilmentCreate(orderId, lines);
      await this.fulfilmentShip(fulfilment.id);
      if (delivered) await this.fulfilmentDeliver(fulfilment.id);
      return fulfilment.id as string;
    },
  };
}
export { GUEST };

/** What an order is made to have come to, at two decimals: line by line, and its postage. */
export interface Parts {
  readonly lines: readonly { discount?: number; tax?: number; taxIncluded?: number; vendor?: boolean }[];
  readonly shipping?: number;
  readonly shippingTax?: number;
}

/** Plants the parts of a placed order, with its payment and its vendors' shares to fit. Answers the total in pennies. */
export async function plantParts(owner: Database, orderId: string, { lines, shipping = 0, shippingTax = 0 }: Parts): Promise<number> {
  const { rows: [order] } = await owner.raw<{ subtotal: number }>("select round(sum(amount_units / (10::numeric ^ (exponent - 2))))::int as subtotal from orders.order_lines where order_id = $1", [orderId]);
  const sum = (of: (line: Parts["lines"][number]) => number | undefined) => lines.reduce((so, line) => so + (of(line) ?? 0), 0);
  const [discount, tax, included] = [sum((line) => line.discount), sum((line) => line.tax), sum((line) => line.taxIncluded)];
  const total = (order?.subtotal ?? 0) - discount + shipping + tax + shippingTax;
  for (const [index, line] of lines.entries()) {
    await owner.raw("update orders.order_lines set discount_units = $3, tax_units = $4, tax_included_units = $5, vendor_id = $6 where order_id = $1 and position = $2",
      [orderId, index + 1, line.discount ?? 0, line.tax ?? 0, line.taxIncluded ?? 0, line.vendor ? SMALL_SHOP.vendor : null]);
  }
  await owner.raw("update orders.orders set subtotal_units = $2, discount_units = $3, shipping_units = $4, tax_units = $5, tax_included_units = $6, total_units = $7 where id = $1",
    [orderId, order?.subtotal, discount, shipping, tax + shippingTax, included, total]);
  if (shippingTax > 0) await owner.raw("insert into orders.order_taxes (order_id, position, name, rate_bps, is_included, base_units, tax_units, exponent) values ($1, 99, 'VAT', 2000, false, $2, $3, 2)", [orderId, shipping, shippingTax]);
  await owner.raw("delete from orders.vendor_orders where order_id = $1", [orderId]);
  const { rows } = await owner.raw<{ ref: string }>("update orders.payments set amount_units = $2, authorized_units = $2 where order_id = $1 returning provider_ref as ref", [orderId, total]);
  await owner.raw("update payment_fake.intents set amount_units = $2, captured_units = $2 where ref = $1", [rows[0]?.ref, total]);
  return total;
}
