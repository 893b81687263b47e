import type { Renderers } from "#kit/userError.ts";
import type { OrderCancelRefusal } from "../../commands/orderCancel.ts";
import { MAX_REASON } from "../../domain/cancellation.ts";
import { keyErrors, paymentUnavailable } from "./shared.ts";

export const orderCancelErrors: Renderers<OrderCancelRefusal> = {
  ...keyErrors,
  ORDER_NOT_FOUND: () => ({ message: "There is no such order.", path: ["input", "orderId"] }),
  ORDER_NOT_CANCELLABLE: ({ state }) => ({ message: `An order that is ${state} cannot be cancelled.`, path: ["input", "orderId"], fields: { state } }),
  INVALID_REASON: () => ({ message: `The reason may have at most ${MAX_REASON} characters.`, path: ["input", "reason"] }),
  PAYMENT_UNAVAILABLE: paymentUnavailable,
};
