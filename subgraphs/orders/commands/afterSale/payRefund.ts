import { money } from "#schema/values/money.ts";
import type { Commanded } from "../../context.ts";
import type { PaymentProvider } from "../../ports/paymentProvider.ts";
import { settleRefund } from "../refundPayment.ts";

/**
 * Asks the providers to give the money of a recorded refund back. One that does not answer changes nothing for the caller: the
 * promise stands, and the sweeper asks again.
 */
export async function payRefund(parts: Commanded, refundId: string | null): Promise<void> {
  if (refundId === null) return;
  try {
    await settleRefund({ db: parts.db, clocks: parts.clocks, payments: asProvider(parts.payments) }, refundId);
  } catch (error) {
    parts.log.warn({ refundId, error }, "a refund is promised but not paid yet; the sweeper goes on with it");
  }
}

/** Until the slice has moved over to the new port. */
function asProvider(payments: Commanded["payments"]): PaymentProvider {
  if ("open" in payments) return payments as unknown as PaymentProvider;
  const refund: PaymentProvider["refund"] = async ({ key, ref, units }) => ({ ...(await payments.refund({ key, chargeRef: ref, amount: money(units, "GBP") })), key, state: "SUCCEEDED", units });
  return { name: payments.name, refund } as unknown as PaymentProvider;
}
