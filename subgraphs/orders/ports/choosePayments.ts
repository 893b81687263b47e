import type { Database } from "#platform/db/database.ts";
import { createFakePayments } from "./fake/createFakePayments.ts";
import type { PaymentProvider } from "./paymentProvider.ts";
import type { StripeSettings } from "./stripe/createStripePayments.ts";

/** Stripe where its settings are given, else the stand-in with its books in the shop's database. The SDK is loaded only when needed. */
export async function choosePayments(db: Database, stripe: StripeSettings | undefined): Promise<PaymentProvider> {
  if (!stripe) return createFakePayments(db);
  const { createStripePayments } = await import("./stripe/createStripePayments.ts");
  return createStripePayments(stripe);
}
