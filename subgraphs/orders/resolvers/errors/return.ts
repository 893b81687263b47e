import { graphMoney } from "#kit/graphMoney.ts";
import type { Renderers } from "#kit/userError.ts";
import { toDecimal } from "#schema/values/money.ts";
import type { ReturnRequestRefusal } from "../../commands/afterSale/returnRequest.ts";
import type { ReturnMoveRefusal, ReturnResolveRefusal } from "../../commands/afterSale/returnResolve.ts";
import { MAX_REASON } from "../../domain/cancellation.ts";
import type { ExchangeRefusal } from "../../domain/afterSale/return.ts";
import { toInt, variantRef } from "../refs.ts";
import { lineErrors, orderNotFound } from "./afterSale.ts";
import { keyErrors } from "./shared.ts";

/** `path` of the argument that names what is wanted. */
const exchangeErrors = (path: readonly string[]): Renderers<ExchangeRefusal> => ({
  VARIANT_NOT_FOUND: ({ variantId }) => ({ message: "There is no such variant on sale in the order's currency.", path, fields: { variantId } }),
  EXCHANGE_NOT_POSSIBLE: () => ({ message: "The variant has another seller: give the goods back for their money and buy it.", path }),
  EXCHANGE_PRICE_DIFFERS: ({ difference }) => ({
    message: `The variant does not cost what was paid (${toDecimal(difference)} ${difference.currency} in all): give the goods back for their money and buy it.`,
    path, fields: { difference: graphMoney(difference) },
  }),
});

export const returnRequestErrors: Renderers<ReturnRequestRefusal> = {
  ...keyErrors,
  ...lineErrors("give back"),
  ...exchangeErrors(["input", "exchange", "variantId"]),
  ORDER_NOT_FOUND: orderNotFound,
  RETURN_NOT_POSSIBLE: () => ({ message: "This order took the place of another: ask the shop about that one.", path: ["input", "orderId"] }),
  RETURN_WINDOW_CLOSED: ({ index, lineId, closedAt }) => ({
    message: `These units could go back until ${closedAt.toISOString().slice(0, 10)}.`, path: ["input", "lines", String(index)], fields: { lineId, closedAt },
  }),
  INVALID_REASON: ({ index }) => ({ message: `A reason may have at most ${MAX_REASON} characters.`, path: ["input", "lines", String(index), "reason"] }),
};

/** `path` of the argument that names the return. */
export const returnMoveErrors = (path: readonly string[]): Renderers<ReturnMoveRefusal> => ({
  RETURN_NOT_FOUND: () => ({ message: "There is no such return.", path }),
  RETURN_IN_WRONG_STATE: ({ state }) => ({ message: `Nothing more can be made of a return that is ${state}.`, path, fields: { state } }),
  REQUEST_IN_PROGRESS: ({ retryAfterSeconds }) => ({ message: `The order is just being changed: try again in ${retryAfterSeconds} seconds.`, path, fields: { retryAfterSeconds } }),
});

export const returnResolveErrors: Renderers<ReturnResolveRefusal> = {
  ...returnMoveErrors(["input", "returnId"]),
  ...exchangeErrors(["input", "returnId"]),
  ...keyErrors,
  PAYMENT_IN_DISPUTE: () => ({ message: "The bank has the money of this order for a dispute: approve when it is won, or reject.", path: ["input", "returnId"] }),
  INVALID_REASON: () => ({ message: `The note may have at most ${MAX_REASON} characters.`, path: ["input", "note"] }),
  INSUFFICIENT_STOCK: ({ shortages }) => ({
    message: "There are too few units left of what is wanted in its place: reject it, or wait for stock.", path: ["input", "returnId"],
    fields: { shortages: shortages.map((short) => ({ variant: variantRef(short.variantId), requested: toInt(short.requested), available: toInt(short.available) })) },
  }),
};
