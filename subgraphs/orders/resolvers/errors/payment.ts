import { graphMoney } from "#kit/graphMoney.ts";
import type { Renderers } from "#kit/userError.ts";
import { toDecimal } from "#schema/values/money.ts";
import type { CaptureRefusal, PaymentRefusal } from "../../commands/paymentCapture.ts";
import { keyErrors, paymentUnavailable } from "./shared.ts";

export const voidErrors: Renderers<PaymentRefusal> = {
  ...keyErrors,
  PAYMENT_NOT_FOUND: () => ({ message: "There is no such payment.", path: ["input", "paymentId"] }),
  PAYMENT_NOT_AUTHORIZED: ({ state }) => ({ message: `Nothing is held that could be taken or let go: the payment is ${state}.`, path: ["input", "paymentId"], fields: { state } }),
  PAYMENT_UNAVAILABLE: paymentUnavailable,
};

export const captureErrors: Renderers<CaptureRefusal> = {
  ...voidErrors,
  INVALID_CAPTURE_AMOUNT: ({ authorized }) => ({
    message: `Take more than nothing and at most ${toDecimal(authorized)} ${authorized.currency}, in the currency's smallest units.`, path: ["input", "amount"], fields: { authorized: graphMoney(authorized) },
  }),
};
