import type { OrdersParts } from "../context.ts";
import { type Checkout, dueOf } from "../domain/checkout.ts";
import { type Intent, PaymentRefused } from "../ports/paymentProvider.ts";
import { attachIntent, judgeCheckout } from "../queries/checkouts.ts";
import { assessFraud } from "./assessFraud.ts";
import { releaseIfOver, settleCheckout, type Settled, type SettleOptions } from "./settleCheckout.ts";

/** Opens the payment of a purchase, or finds the one it has; null where nothing is due. @throws PaymentsUnavailable, PaymentRefused */
export async function openIntent({ payments }: Pick<OrdersParts, "payments">, checkout: Checkout): Promise<Intent | null> {
  const amount = dueOf(checkout);
  if (amount.units === 0n) return null;
  const isHeld = checkout.isHeldFirst || checkout.capture === "MANUAL";
  const open = (held: boolean) => payments.open({ checkoutId: checkout.id, amount, capture: held ? "MANUAL" : "AUTOMATIC" });
  try {
    return await open(isHeld);
  } catch (error) {
    if (!(error instanceof PaymentRefused) || error.code !== "KEY_REUSED") throw error;
    // Opened by an earlier call, which lost its answer or whose payer was challenged, when the purchase was judged otherwise.
    const opened = await open(!isHeld);
    // What would take money that is to be held first must not be paid any more; what is paid already is settled as it stands.
    const isUnpaid = opened.state === "REQUIRES_METHOD" || opened.state === "REQUIRES_ACTION";
    return isHeld && isUnpaid ? payments.cancel({ key: `${checkout.id}:cancel`, ref: opened.ref }) : opened;
  }
}

/**
 * Judges a purchase whose goods are held, tries the means of payment and settles what comes of it. The fraud port is asked before any
 * money moves: what has to be looked into is held at the provider and not taken; what is refused is never tried.
 * @throws PaymentsUnavailable when the provider does not answer; the same call may be made again.
 */
export async function payCheckout(parts: OrdersParts, given: Checkout, token: string | null): Promise<Settled> {
  let checkout = given;
  const options: { assessed?: SettleOptions["assessed"] } = {};
  if (checkout.verdict === null || checkout.verdict === "APPROVE") {
    const assessed = await assessFraud(parts, checkout, token);
    options.assessed = assessed;
    // An approval in one call lives no longer than the call; anything else, and what may be paid later, has to be known to whoever comes.
    if (assessed.verdict !== "APPROVE" || !checkout.isOneCall) {
      const judged = await judgeCheckout(parts.db, checkout.id, assessed.verdict, assessed.reasons, assessed.verdict === "REVIEW" && checkout.intentRef === null);
      // It ended meanwhile; who asked begins anew.
      if (!judged) {
        await releaseIfOver(parts, checkout.id);
        return { state: "OVER", as: "ABANDONED", shortages: [] };
      }
      checkout = judged;
    }
  }
  if (checkout.verdict === "BLOCK") return refuse(parts, checkout);
  const intent = await openIntent(parts, checkout);
  if (intent === null) return settleCheckout(parts, checkout.id, null, options);
  if (!checkout.isOneCall || checkout.verdict === "REVIEW") await attachIntent(parts.db, checkout.id, parts.payments.name, intent.ref, intent.clientSecret);
  return settleCheckout(parts, checkout.id, await confirm(parts, checkout, intent, token), options);
}

/** Refused by the rules: what was opened is closed, nothing is tried. */
async function refuse(parts: OrdersParts, checkout: Checkout): Promise<Settled> {
  const intent = checkout.intentRef === null ? null : await parts.payments.cancel({ key: `${checkout.id}:cancel`, ref: checkout.intentRef });
  return settleCheckout(parts, checkout.id, intent);
}

/** The same attempt again has one effect, and answers how the payment stands by now. */
async function confirm({ payments }: OrdersParts, checkout: Checkout, intent: Intent, token: string | null): Promise<Intent> {
  if (intent.state !== "REQUIRES_METHOD" && intent.state !== "REQUIRES_ACTION") return intent;
  try {
    return await payments.confirm({ key: `${checkout.id}:${checkout.attempt}`, ref: intent.ref, token });
  } catch (error) {
    // Ended or paid meanwhile by somebody else: how it stands is the answer.
    if (!(error instanceof PaymentRefused)) throw error;
    const now = await payments.find(intent.ref);
    if (now.state === intent.state) throw error;
    return now;
  }
}
