import type { Renderers } from "#kit/userError.ts";
import type { FulfilmentCreateRefusal } from "../../commands/afterSale/fulfilmentCreate.ts";
import type { FulfilmentMoveRefusal } from "../../commands/afterSale/fulfilmentMove.ts";
import type { TrackingRefusal } from "../../domain/afterSale/fulfilment.ts";
import type { LinesRefusal } from "../../domain/afterSale/soldLine.ts";
import { toInt } from "../refs.ts";
import { keyErrors } from "./shared.ts";

const ORDER = ["input", "orderId"];
const linePath = (index: number, field: string) => ["input", "lines", String(index), field];

export const orderNotFound = () => ({ message: "There is no such order.", path: ORDER });

/** `what` the units were asked for, as in "left to pack". */
export const lineErrors = (what: string): Renderers<LinesRefusal> => ({
  ORDER_LINE_NOT_FOUND: ({ index, lineId }) => ({ message: "The order has no such line for you.", path: linePath(index, "lineId"), fields: { lineId } }),
  NOT_ENOUGH_UNITS: ({ index, lineId, requested, available }) => ({
    message: `Of this line ${available} units are left to ${what}, not ${requested}.`, path: linePath(index, "quantity"),
    fields: { lineId, requested: toInt(requested), available: toInt(available) },
  }),
});

const trackingErrors: Renderers<TrackingRefusal> = {
  INVALID_TRACKING: ({ field }) => ({
    message: field === "url" ? "The address must be one of http or https with at most 500 characters." : `The ${field} may have at most 100 characters, in one line.`,
    path: ["input", "tracking", field],
  }),
};

export const fulfilmentCreateErrors: Renderers<FulfilmentCreateRefusal> = {
  ...keyErrors,
  ...lineErrors("pack"),
  ...trackingErrors,
  ORDER_NOT_FOUND: orderNotFound,
  ORDER_NOT_FULFILLABLE: ({ state }) => ({
    message: state === "PLACED" ? "The order is not paid yet: take the payment first." : `An order that is ${state} has nothing left to pack.`, path: ORDER, fields: { state },
  }),
};

/** `path` of the argument that names the parcel. */
export const fulfilmentMoveErrors = (path: readonly string[]): Renderers<FulfilmentMoveRefusal | TrackingRefusal> => ({
  ...trackingErrors,
  FULFILMENT_NOT_FOUND: () => ({ message: "There is no such parcel.", path }),
  FULFILMENT_IN_WRONG_STATE: ({ state, wanted }) => ({ message: `A parcel that is ${state} cannot become ${wanted}.`, path, fields: { state } }),
  REQUEST_IN_PROGRESS: ({ retryAfterSeconds }) => ({ message: `The order is just being cancelled: try again in ${retryAfterSeconds} seconds.`, path, fields: { retryAfterSeconds } }),
});
