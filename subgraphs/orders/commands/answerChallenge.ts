import type { OrdersParts } from "../context.ts";
import type { FakePayments } from "../ports/fake/createFakePayments.ts";
import type { Intent, PaymentProvider } from "../ports/paymentProvider.ts";
import { receiveWebhook } from "./receiveWebhook.ts";

/** The stand-in is the only provider whose challenge is answered on a page of ours. */
function standIn(payments: PaymentProvider): FakePayments | undefined {
  return "answerChallenge" in payments ? (payments as FakePayments) : undefined;
}

/** The payment that its payer is asked about. Undefined for an unknown one, a wrong secret, and where the provider has pages of its own. */
export async function findChallenge({ payments }: OrdersParts, ref: string, secret: string): Promise<Intent | undefined> {
  return standIn(payments)?.findChallenge(ref, secret);
}

/** The payer's answer. What the stand-in then tells by webhook is taken in on the spot: the demo needs nobody who delivers it. */
export async function answerChallenge(parts: OrdersParts, ref: string, secret: string, approved: boolean): Promise<Intent | undefined> {
  const { payments, log } = parts;
  const answered = await standIn(payments)?.answerChallenge(ref, secret, approved);
  for (const { body, signature } of answered?.events ?? []) {
    const outcome = await receiveWebhook(parts, { provider: payments.name, body, signature });
    // The sweeper asks the stand-in as it would any provider whose webhook was lost.
    if (outcome !== "ACCEPTED") log.warn({ ref, outcome }, "the answer to a challenge was not taken in; the sweeper asks for it");
  }
  return answered?.intent;
}
