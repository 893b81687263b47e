import { randomUUID } from "node:crypto";
import type { Answer, graphOf } from "#kit/testing/graphOf.ts";
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
  fulfilments { ${PARCEL} } refunds { id number total { amount } reason } payments { state amount { amount } refunded { amount } }`;

const DOCUMENTS: Readonly<Record<string, string>> = {
  fulfilmentCreate: `mutation ($input: FulfilmentCreateInput!) { fulfilmentCreate(input: $input) { __typename ... on FulfilmentCreateSuccess { fulfilment { ${PARCEL} } order { ${ORDER} } } ${ERROR}
    ... on OrderNotFulfillable { state } ... on OrderLineNotFound { lineId } ... on NotEnoughUnits { lineId requested available } } }`,
  fulfilmentShip: `mutation ($input: FulfilmentShipInput!) { fulfilmentShip(input: $input) { __typename ... on FulfilmentShipSuccess { fulfilment { ${PARCEL} } order { ${ORDER} } } ${ERROR} ... on FulfilmentInWrongState { state } } }`,
  fulfilmentDeliver: `mutation ($fulfilmentId: ID!) { fulfilmentDeliver(fulfilmentId: $fulfilmentId) { __typename ... on FulfilmentDeliverSuccess { fulfilment { ${PARCEL} } order { ${ORDER} } } ${ERROR} ... on FulfilmentInWrongState { state } } }`,
  fulfilmentCancel: `mutation ($fulfilmentId: ID!) { fulfilmentCancel(fulfilmentId: $fulfilmentId) { __typename ... on FulfilmentCancelSuccess { fulfilment { ${PARCEL} } order { ${ORDER} } } ${ERROR} ... on FulfilmentInWrongState { state } } }`,
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
