import type { Commanded } from "../../context.ts";
import { settleRefund } from "../refundPayment.ts";

/**
 * Asks the providers to give the money of a recorded refund back. One that does not answer changes nothing for the caller: the
 * promise stands, and the sweeper asks again.
 */
export async function payRefund(parts: Commanded, refundId: string | null): Promise<void> {
  if (refundId === null) return;
  try {
    await settleRefund(parts, refundId);
  } catch (error) {
    parts.log.warn({ refundId, error }, "a refund is promised but not paid yet; the sweeper goes on with it");
  }
}
