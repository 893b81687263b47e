import { money } from "#schema/values/money.ts";
import type { OrdersParts } from "../context.ts";
import { dueOf } from "../domain/checkout.ts";
import { chargeUndone } from "../domain/ledger/journals.ts";
import { findCheckout, getCheckoutForUpdate, leaseCheckout, markUndone } from "../queries/checkouts.ts";
import { postJournals } from "../queries/ledger.ts";
import { insertPaymentEvents } from "../queries/paymentEvents.ts";

/**
 * Gives money back that came for a purchase which is over without an order: what was taken and has not gone
 * back is refunded, what is held is let go. May be repeated: the provider gives back no more than it took, and it is booked once. @throws PaymentsUnavailable; the sweeper goes on later.
 */
export async function undoPayment(parts: OrdersParts, checkoutId: string): Promise<void> {
  const checkout = await findCheckout(parts.db, checkoutId);
  if (!checkout?.intentRef) throw new Error(`checkout ${checkoutId} has no intent that could be undone`);
  const ref = checkout.intentRef;
  try {
    let intent = await parts.payments.find(ref);
    if (intent.state !== "CAPTURED" && intent.state !== "CANCELLED") intent = await parts.payments.cancel({ key: `${checkoutId}:cancel`, ref });
    const units = intent.state === "CAPTURED" ? intent.capturedUnits : 0n;
    // Somebody may have given a part back at the provider. The key names how much: what was refused as too much is asked for anew as less.
    const left = units - intent.refundedUnits;
    if (left > 0n) await parts.payments.refund({ key: `${checkoutId}:undo:${left}`, ref, units: left });
    await parts.db.tx(async (tx) => {
      await getCheckoutForUpdate(tx, checkoutId);
      if (!(await markUndone(tx, checkoutId)) || units === 0n) return;
      const at = parts.clocks.business.now();
      const { currency, exponent } = dueOf(checkout);
      await insertPaymentEvents(tx, [{ paymentId: null, checkoutId, kind: "UNDONE", amount: money(units, currency, exponent), providerRef: ref, detail: null, occurredAt: at }]);
      await postJournals(tx, [chargeUndone(checkoutId, parts.payments.name, units, currency, at)]);
    }, { retries: 3 });
  } catch (error) {
    await leaseCheckout(parts.db, checkoutId, 0).catch(() => undefined);
    throw error;
  }
}
