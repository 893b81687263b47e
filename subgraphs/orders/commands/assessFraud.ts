import type { OrdersParts } from "../context.ts";
import { type Checkout, totalOfCheckout } from "../domain/checkout.ts";
import type { FraudAnswer } from "../ports/fraud.ts";

export const FRAUD_DEADLINE_MS = 300;

/**
 * Asks the fraud port about a purchase and waits for no more than the deadline. It fails to review, never open: an answer that is
 * late, an error or anything but a verdict means that a person looks.
 */
export async function assessFraud(
  parts: Pick<OrdersParts, "fraud" | "log">, checkout: Checkout, token: string | null, deadlineMs: number = FRAUD_DEADLINE_MS,
): Promise<FraudAnswer> {
  const request = {
    checkoutId: checkout.id, cartId: checkout.cartId, userId: checkout.userId, email: checkout.contact.email,
    countryCode: checkout.contact.address?.countryCode ?? checkout.countryCode, total: totalOfCheckout(checkout), token,
  };
  try {
    const { verdict, reasons } = await within(deadlineMs, (signal) => parts.fraud.assess(request, signal));
    if (verdict === "APPROVE") return { verdict, reasons: [] };
    if (verdict === "REVIEW" || verdict === "BLOCK") return { verdict, reasons };
    return { verdict: "REVIEW", reasons: ["NO_VERDICT"] };
  } catch (error) {
    const isLate = error instanceof Late;
    parts.log.warn({ checkoutId: checkout.id, error }, isLate ? "the fraud port did not answer in time; a person has to look" : "the fraud port failed; a person has to look");
    return { verdict: "REVIEW", reasons: [isLate ? "NO_ANSWER_IN_TIME" : "CHECK_FAILED"] };
  }
}

class Late extends Error {
  override readonly name = "Late";
}

async function within<T>(ms: number, ask: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    controller.abort();
    late.reject(new Late(`no answer within ${ms} ms`));
  }, ms);
  try {
    return await Promise.race([ask(controller.signal), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

