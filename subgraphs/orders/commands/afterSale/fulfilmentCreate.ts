import { auditAs } from "#kit/audit.ts";
import { can } from "#kit/viewer.ts";
import { err, type Result } from "#schema/values/result.ts";
import type { Commanded } from "../../context.ts";
import { readTracking, type Tracking, type TrackingRefusal, vendorOfParcel } from "../../domain/afterSale/fulfilment.ts";
import { type AskedLine, chooseUnits, type LinesRefusal, unpacked } from "../../domain/afterSale/soldLine.ts";
import type { OrderState } from "../../domain/orderState.ts";
import { insertFulfilment } from "../../queries/afterSale/fulfilments.ts";
import { lockOrderOfPackers } from "../../queries/afterSale/orders.ts";
import { getOrder } from "../../queries/orders.ts";
import type { IdempotencyRefusal } from "../idempotency.ts";
import { once, refuse } from "./once.ts";
import { sceneOf } from "./scene.ts";

export type FulfilmentCreateRefusal =
  | { code: "ORDER_NOT_FOUND" }
  | { code: "ORDER_NOT_FULFILLABLE"; state: OrderState }
  | LinesRefusal
  | TrackingRefusal
  | IdempotencyRefusal;

export interface FulfilmentCreateInput {
  readonly orderId: string | undefined;
  readonly lines: readonly AskedLine[];
  readonly tracking: Partial<Tracking>;
  readonly key: string;
}

/** States in which there may be something to pack. */
const PACKABLE: readonly OrderState[] = ["PAID", "IN_FULFILMENT"];

/** Packs units of an order into a parcel: never more than were ordered and not cancelled. A vendor packs its own lines; others are not there for it. */
export async function fulfilmentCreate(parts: Commanded, { key, ...input }: FulfilmentCreateInput): Promise<Result<{ fulfilmentId: string }, FulfilmentCreateRefusal>> {
  const tracking = readTracking(input.tracking);
  if (!tracking.ok) return err(tracking.error);
  return once(parts, { operation: "fulfilmentCreate", key, content: input }, async (tx) => {
    if (input.orderId === undefined || !(await lockOrderOfPackers(tx, input.orderId, parts.viewer))) refuse({ code: "ORDER_NOT_FOUND" });
    const order = await getOrder(tx, input.orderId as string);
    const scene = await sceneOf(parts, tx, order);
    const mine = (line: { vendorId: string | null }) => can(parts.viewer, "fulfilments.write") || (line.vendorId !== null && parts.viewer.vendorIds.includes(line.vendorId));
    if (!PACKABLE.includes(order.state)) refuse({ code: "ORDER_NOT_FULFILLABLE", state: order.state });
    const chosen = chooseUnits(scene.lines, input.lines, unpacked, mine);
    if ("refusal" in chosen) return refuse(chosen.refusal);
    const vendorId = vendorOfParcel(scene.lines, chosen.units.map((unit) => unit.lineId));
    const parcel = await insertFulfilment(tx, order, vendorId, tracking.value, chosen.units, scene.at);
    await scene.tell("FulfilmentCreated", {
      userId: order.userId, fulfilmentId: parcel.id, fulfilmentNumber: parcel.number, vendorId,
      lines: chosen.units.map(({ lineId, quantity }) => ({ lineId, quantity: quantity.toString() })),
    });
    await scene.move(chosen.units.map(({ lineId, quantity }) => ({ lineId, fulfilled: quantity })));
    if (can(parts.viewer, "fulfilments.write")) await auditAs(tx, parts, "fulfilmentCreate", "fulfilment", parcel.id, { orderId: order.id });
    return { fulfilmentId: parcel.id };
  });
}
