import { ACCOUNTS, type Journal, type LedgerEntry } from "./ledger.ts";

// How money is booked that moves at the provider without being asked by us. All units at the currency's exponent.

interface Cause {
  readonly orderId: string;
  readonly currency: string;
  /** Business time. */
  readonly at: Date;
}

interface Disputed {
  readonly provider: string;
  /** The provider's id of the dispute. */
  readonly ref: string;
  readonly units: bigint;
}

const journal = (kind: Journal["kind"], reference: string, { orderId, currency, at }: Cause, entries: readonly LedgerEntry[]): Journal =>
  ({ kind, reference, orderId, currency, entries, occurredAt: at });

/** The payer's bank has taken the money from our account at the provider. */
export function disputeOpened(cause: Cause, { provider, ref, units }: Disputed): Journal {
  return journal("DISPUTE_OPENED", `${provider}:${ref}`, cause, [
    { account: ACCOUNTS.disputes, units },
    { account: ACCOUNTS.provider(provider), units: -units },
  ]);
}

/** It is back. */
export function disputeWon(cause: Cause, { provider, ref, units }: Disputed): Journal {
  return journal("DISPUTE_WON", `${provider}:${ref}`, cause, [
    { account: ACCOUNTS.provider(provider), units },
    { account: ACCOUNTS.disputes, units: -units },
  ]);
}

/** A refund that was booked did not reach the buyer: the opposite of its journal. `taxUnits` is contained in `units`. */
export function refundFailed(cause: Cause, part: { reference: string; provider: string; units: bigint; taxUnits: bigint }): Journal {
  return journal("REFUND_FAILED", part.reference, cause, [
    { account: ACCOUNTS.provider(part.provider), units: part.units },
    { account: ACCOUNTS.tax, units: -part.taxUnits },
    { account: ACCOUNTS.refunds, units: -(part.units - part.taxUnits) },
  ]);
}
