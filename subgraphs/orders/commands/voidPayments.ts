import type { OrdersParts } from "../context.ts";
import { lockOrder } from "../queries/orders.ts";
import { leasePayment, listPaymentsForUpdate } from "../queries/payments.ts";
import { LEASE_SECONDS } from "./idempotency.ts";
import { syncPayment } from "./syncPayment.ts";

/**
 * Lets all money go that is held for an order which is called off. Money that was taken meanwhile stays taken, for a refund. May be
 * repeated. @throws PaymentsUnavailable; the sweeper asks the provider what became of it.
 */
export async function voidPayments(parts: Pick<OrdersParts, "db" | "clocks" | "payments">, orderId: string): Promise<void> {
  const held = await parts.db.tx(async (tx) => {
    await lockOrder(tx, orderId);
    const found = (await listPaymentsForUpdate(tx, orderId)).filter((payment) => payment.state === "AUTHORIZED" && payment.checkoutId !== null);
    for (const payment of found) await leasePayment(tx, payment.id, LEASE_SECONDS);
    return found;
  }, { retries: 3 });
  for (const { providerRef, checkoutId } of held) {
    const intent = await parts.payments.cancel({ key: `${checkoutId}:cancel`, ref: providerRef });
    await parts.db.tx((tx) => syncPayment(parts, tx, checkoutId as string, intent), { retries: 3 });
  }
}
