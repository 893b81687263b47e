import { auditAs } from "#kit/audit.ts";
import { can } from "#kit/viewer.ts";
import { err, type Result } from "#schema/values/result.ts";
import type { Commanded } from "../../context.ts";
import { type Fulfilment, type FulfilmentState, NEXT_FULFILMENT_STATES, readTracking, type Tracking, type TrackingRefusal } from "../../domain/afterSale/fulfilment.ts";
import type { LineUnits } from "../../domain/afterSale/soldLine.ts";
import { findOrderOfFulfilment, listFulfilmentLines, listFulfilmentsByIds, setFulfilmentState } from "../../queries/afterSale/fulfilments.ts";
import { getOrder, lockOrder } from "../../queries/orders.ts";
import { inOneGo, refuse } from "./once.ts";
import { sceneOf } from "./scene.ts";

export type FulfilmentMoveRefusal =
  | { code: "FULFILMENT_NOT_FOUND" }
  | { code: "FULFILMENT_IN_WRONG_STATE"; state: FulfilmentState; wanted: FulfilmentState }
  | { code: "REQUEST_IN_PROGRESS"; retryAfterSeconds: number };

/** What each step does to the units in the parcel, and how it is told. */
const STEPS = {
  SHIPPED: { action: "fulfilmentShip", event: "FulfilmentShipped", units: (quantity: bigint): Partial<LineUnits> => ({ shipped: quantity }) },
  DELIVERED: { action: "fulfilmentDeliver", event: "FulfilmentDelivered", units: (quantity: bigint): Partial<LineUnits> => ({ delivered: quantity }) },
  CANCELLED: { action: "fulfilmentCancel", event: "FulfilmentCancelled", units: (quantity: bigint): Partial<LineUnits> => ({ fulfilled: -quantity }) },
} as const;
const NO_TRACKING: Tracking = { carrier: null, number: null, url: null };

/** Brings a parcel to its next state. One that is there already stays as it is: a repeated call is answered like the first. */
export function fulfilmentMove(parts: Commanded, fulfilmentId: string | undefined, to: keyof typeof STEPS, tracking = NO_TRACKING): Promise<Result<Fulfilment, FulfilmentMoveRefusal>> {
  return inOneGo(parts, async (tx) => {
    const orderId = fulfilmentId && (await findOrderOfFulfilment(tx, fulfilmentId, parts.viewer));
    if (!orderId || !fulfilmentId) return refuse({ code: "FULFILMENT_NOT_FOUND" });
    await lockOrder(tx, orderId);
    // Read under the lock: somebody else may have moved it meanwhile.
    const [parcel] = await listFulfilmentsByIds(tx, [fulfilmentId]);
    if (!parcel) return refuse({ code: "FULFILMENT_NOT_FOUND" });
    if (parcel.state === to) return parcel;
    if (!NEXT_FULFILMENT_STATES[parcel.state].includes(to)) return refuse({ code: "FULFILMENT_IN_WRONG_STATE", state: parcel.state, wanted: to });
    const order = await getOrder(tx, orderId);
    const scene = await sceneOf(parts, tx, order);
    const after = await setFulfilmentState(tx, parcel.id, to, scene.at, tracking);
    const lines = await listFulfilmentLines(tx, [parcel.id]);
    const { action, event, units } = STEPS[to];
    await scene.tell(event, {
      userId: order.userId, fulfilmentId: parcel.id, fulfilmentNumber: parcel.number, vendorId: parcel.vendorId,
      ...(to === "SHIPPED" ? { carrier: after.tracking.carrier, trackingNumber: after.tracking.number, trackingUrl: after.tracking.url } : {}),
    });
    await scene.move(lines.map(({ lineId, quantity }) => ({ lineId, ...units(quantity) })));
    if (can(parts.viewer, "fulfilments.write")) await auditAs(tx, parts, action, "fulfilment", parcel.id, { orderId });
    return after;
  });
}

/** Hands a parcel to its carrier; tracking that is given takes the place of what was known. */
export async function fulfilmentShip(parts: Commanded, fulfilmentId: string | undefined, given: Partial<Tracking>): Promise<Result<Fulfilment, FulfilmentMoveRefusal | TrackingRefusal>> {
  const tracking = readTracking(given);
  return tracking.ok ? fulfilmentMove(parts, fulfilmentId, "SHIPPED", tracking.value) : err(tracking.error);
}
