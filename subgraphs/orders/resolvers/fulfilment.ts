import { badUserInput } from "#kit/errors.ts";
import { toUserError } from "#kit/userError.ts";
import { can } from "#kit/viewer.ts";
import { decodeId, encodeId } from "#schema/values/ids.ts";
import { fulfilmentCreate } from "../commands/afterSale/fulfilmentCreate.ts";
import { fulfilmentMove, fulfilmentShip } from "../commands/afterSale/fulfilmentMove.ts";
import type { OrdersContext } from "../context.ts";
import { type Fulfilment, fulfilmentStatus, type Tracking } from "../domain/afterSale/fulfilment.ts";
import type { AskedLine, LineUnits } from "../domain/afterSale/soldLine.ts";
import type { Order, OrderLine } from "../domain/order.ts";
import type { Allocation } from "../queries/afterSale/allocations.ts";
import { type FulfilmentLine, listFulfilmentsByIds } from "../queries/afterSale/fulfilments.ts";
import { getOrder } from "../queries/orders.ts";
import { fulfilmentCreateErrors, fulfilmentMoveErrors } from "./errors/afterSale.ts";
import { toInt } from "./refs.ts";

export interface LineQuantityInput { lineId: string; quantity: number }
interface CreateInput { orderId: string; lines: LineQuantityInput[]; tracking?: Partial<Tracking> | null; idempotencyKey: string }
interface ShipInput { fulfilmentId: string; tracking?: Partial<Tracking> | null }

const MAX_LINES = 100;

/** A parcel as it is shown to a vendor: without the lines of others. */
export type ShownFulfilment = Fulfilment & { readonly shownTo?: string };

/** Lines of an input. @throws BAD_USER_INPUT for none, too many, or a quantity below 1. */
export function askedLines(lines: readonly LineQuantityInput[]): AskedLine[] {
  if (lines.length < 1 || lines.length > MAX_LINES) throw badUserInput(`Name 1 to ${MAX_LINES} lines, not ${lines.length}.`, ["input", "lines"]);
  return lines.map(({ lineId, quantity }, index) => {
    if (quantity < 1) throw badUserInput(`A quantity must be at least 1, it is ${quantity}.`, ["input", "lines", String(index), "quantity"]);
    return { apiId: lineId, lineId: decodeId("oln", lineId), quantity: BigInt(quantity) };
  });
}

/** What a command about a parcel answers with. A vendor gets no order: it holds lines of others and what the buyer paid. */
async function answerWith(type: string, parcel: Fulfilment, { db, viewer }: OrdersContext) {
  return { __typename: type, fulfilment: parcel, order: can(viewer, "orders.read") ? await getOrder(db, parcel.orderId) : null };
}

const units = async (line: OrderLine, step: keyof LineUnits, { loaders }: OrdersContext) => toInt((await loaders.unitsOfLine.load(line.id))?.units[step] ?? 0n);

export const fulfilmentResolvers = {
  Mutation: {
    async fulfilmentCreate(_root: unknown, { input }: { input: CreateInput }, context: OrdersContext) {
      const outcome = await fulfilmentCreate(context, { orderId: decodeId("ord", input.orderId), lines: askedLines(input.lines), tracking: input.tracking ?? {}, key: input.idempotencyKey });
      if (!outcome.ok) return toUserError(fulfilmentCreateErrors, outcome.error);
      const [parcel] = await listFulfilmentsByIds(context.db, [outcome.value.fulfilmentId]);
      return answerWith("FulfilmentCreateSuccess", parcel as Fulfilment, context);
    },
    async fulfilmentShip(_root: unknown, { input }: { input: ShipInput }, context: OrdersContext) {
      const outcome = await fulfilmentShip(context, decodeId("ful", input.fulfilmentId), input.tracking ?? {});
      return outcome.ok ? answerWith("FulfilmentShipSuccess", outcome.value, context) : toUserError(fulfilmentMoveErrors(["input", "fulfilmentId"]), outcome.error);
    },
    async fulfilmentDeliver(_root: unknown, { fulfilmentId }: { fulfilmentId: string }, context: OrdersContext) {
      const outcome = await fulfilmentMove(context, decodeId("ful", fulfilmentId), "DELIVERED");
      return outcome.ok ? answerWith("FulfilmentDeliverSuccess", outcome.value, context) : toUserError(fulfilmentMoveErrors(["fulfilmentId"]), outcome.error);
    },
    async fulfilmentCancel(_root: unknown, { fulfilmentId }: { fulfilmentId: string }, context: OrdersContext) {
      const outcome = await fulfilmentMove(context, decodeId("ful", fulfilmentId), "CANCELLED");
      return outcome.ok ? answerWith("FulfilmentCancelSuccess", outcome.value, context) : toUserError(fulfilmentMoveErrors(["fulfilmentId"]), outcome.error);
    },
  },
  Order: {
    async fulfilmentState(order: Order, _args: unknown, { loaders }: OrdersContext) {
      const sums = await loaders.unitsOfOrder.load(order.id);
      return fulfilmentStatus(sums ? [sums] : []);
    },
    fulfilments: (order: Order, _args: unknown, { loaders }: OrdersContext) => loaders.fulfilmentsOfOrder.load(order.id),
  },
  OrderLine: {
    fulfilledQuantity: (line: OrderLine, _args: unknown, context: OrdersContext) => units(line, "fulfilled", context),
    shippedQuantity: (line: OrderLine, _args: unknown, context: OrdersContext) => units(line, "shipped", context),
    deliveredQuantity: (line: OrderLine, _args: unknown, context: OrdersContext) => units(line, "delivered", context),
    cancelledQuantity: (line: OrderLine, _args: unknown, context: OrdersContext) => units(line, "cancelled", context),
    returnedQuantity: (line: OrderLine, _args: unknown, context: OrdersContext) => units(line, "returned", context),
    // A buyer holds the line too, and need not know what stands where.
    allocations: (line: OrderLine, _args: unknown, { loaders, viewer }: OrdersContext) => (can(viewer, "orders.read") ? loaders.allocationsOfLine.load(line.id) : null),
  },
  StockAllocation: {
    quantity: (part: Allocation) => toInt(part.quantity),
    putBackQuantity: (part: Allocation) => toInt(part.putBackQuantity),
  },
  Fulfilment: {
    id: (parcel: Fulfilment) => encodeId("ful", parcel.id),
    carrier: (parcel: Fulfilment) => parcel.tracking.carrier,
    trackingNumber: (parcel: Fulfilment) => parcel.tracking.number,
    trackingUrl: (parcel: Fulfilment) => parcel.tracking.url,
    async lines(parcel: ShownFulfilment, _args: unknown, { loaders }: OrdersContext) {
      const lines = await loaders.linesOfFulfilment.load(parcel.id);
      if (parcel.shownTo === undefined) return lines;
      const sold = await loaders.orderLineById.loadMany(lines.map((line) => line.lineId));
      return lines.filter((_, index) => (sold[index] as { vendorId?: string } | null)?.vendorId === parcel.shownTo);
    },
  },
  FulfilmentLine: {
    line: (line: FulfilmentLine, _args: unknown, { loaders }: OrdersContext) => loaders.orderLineById.load(line.lineId),
    quantity: (line: FulfilmentLine) => toInt(line.quantity),
  },
};
