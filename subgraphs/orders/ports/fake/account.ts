import type { Money } from "#schema/values/money.ts";
import type { IntentState, ProviderRefund } from "../paymentProvider.ts";

/** The provider's record of one payment: the intent, what was given back and what its payer disputes. */
export interface Account {
  readonly ref: string;
  readonly state: IntentState;
  readonly amount: Money;
  readonly capture: "AUTOMATIC" | "MANUAL";
  readonly capturedUnits: bigint;
  /** Given back or on its way; a refund that failed is not in it. */
  readonly refundedUnits: bigint;
  readonly clientSecret: string;
  /** The means of payment that was tried last. */
  readonly token: string | null;
  readonly declineReason: string | null;
  /** Whatever the shop wants to find again. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly refunds: readonly AccountRefund[];
  readonly disputes: readonly AccountDispute[];
  /** Grows with every change; 0 where nothing is written yet. */
  readonly version: number;
  readonly createdAt: Date;
}

export interface AccountRefund {
  readonly ref: string;
  readonly state: ProviderRefund["state"];
  /** > 0. */
  readonly units: bigint;
  readonly metadata: Readonly<Record<string, string>>;
  readonly createdAt: Date;
}

export interface AccountDispute {
  readonly ref: string;
  readonly state: "OPEN" | "WON" | "LOST";
  readonly units: bigint;
  readonly createdAt: Date;
}

/** Where our checkout's id and a refund's key stand in the provider's metadata. */
export const CHECKOUT_KEY = "martgraph_checkout";
export const REFUND_KEY = "martgraph_key";

/** What can still be given back. */
export const refundable = (account: Account): bigint => account.capturedUnits - account.refundedUnits;
