import { graphMoney } from "#kit/graphMoney.ts";
import type { Renderers } from "#kit/userError.ts";
import { money, toDecimal } from "#schema/values/money.ts";
import type { LinesCancelRefusal } from "../../commands/afterSale/orderLinesCancel.ts";
import type { RefundCreateRefusal } from "../../commands/afterSale/refundCreate.ts";
import { MAX_REASON } from "../../domain/cancellation.ts";
import { lineErrors, orderNotFound } from "./afterSale.ts";
import { keyErrors } from "./shared.ts";

export const reasonError = () => ({ message: `The reason may have at most ${MAX_REASON} characters.`, path: ["input", "reason"] });

export const linesCancelErrors: Renderers<LinesCancelRefusal> = {
  ...keyErrors,
  ...lineErrors("cancel"),
  ORDER_NOT_FOUND: orderNotFound,
  ORDER_NOT_CANCELLABLE: ({ state }) => ({
    message: state === "PLACED" ? "The order is not paid yet: cancel it as a whole, or wait for the payment." : `Nothing of an order that is ${state} can be cancelled.`,
    path: ["input", "orderId"], fields: { state },
  }),
  INVALID_REASON: reasonError,
};

export const refundCreateErrors: Renderers<RefundCreateRefusal> = {
  ...keyErrors,
  ...lineErrors("give money back for"),
  ORDER_NOT_FOUND: orderNotFound,
  INVALID_REASON: reasonError,
  INVALID_REFUND_AMOUNT: ({ exponent }) => ({ message: `An amount must be above 0 and have at most ${exponent} decimals.`, path: ["input", "amount"] }),
  REFUND_TOO_LARGE: ({ requested, refundable, currency }) => ({
    message: `${toDecimal(money(requested, currency))} ${currency} cannot go back: of what was taken, ${toDecimal(money(refundable, currency))} is left.`,
    path: ["input"], fields: { refundable: graphMoney(money(refundable, currency)) },
  }),
  NOTHING_TO_REFUND: () => ({ message: "What was named cost nothing, or its money has gone back already.", path: ["input"] }),
};
