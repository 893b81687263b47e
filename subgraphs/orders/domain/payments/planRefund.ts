import { prorate } from "#schema/values/prorate.ts";
import { err, ok, type Result } from "#schema/values/result.ts";

/** A payment of an order, as far as money can go back from it. All units at the currency's exponent. */
export interface RefundablePayment {
  readonly id: string;
  readonly method: "CARD" | "GIFT_CARD";
  /** What was taken of it. */
  readonly takenUnits: bigint;
  /** What went back from it, and what is on its way. */
  readonly refundedUnits: bigint;
}

export interface RefundPart {
  readonly paymentId: string;
  readonly method: "CARD" | "GIFT_CARD";
  /** > 0. */
  readonly units: bigint;
  /** Contained in `units`. */
  readonly taxUnits: bigint;
}

export interface RefundTooLarge {
  readonly code: "REFUND_TOO_LARGE";
  /** The most that can go back. */
  readonly refundableUnits: bigint;
}

export function refundableUnits(payments: readonly RefundablePayment[]): bigint {
  return payments.reduce((so, payment) => so + payment.takenUnits - payment.refundedUnits, 0n);
}

/**
 * Splits a refund over an order's payments: first over cards, in the order in which they were given, each up to what was taken of
 * it; what is left over gift cards, the one spent last first. So money comes back as money as far as any was paid, and never more than was
 * paid by each means. The tax is spread over the parts in proportion, to the last unit.
 */
export function planRefund(payments: readonly RefundablePayment[], units: bigint, taxUnits: bigint): Result<RefundPart[], RefundTooLarge> {
  if (units < 0n || taxUnits < 0n || taxUnits > units) throw new RangeError(`a refund of ${units} with ${taxUnits} of tax`);
  const most = refundableUnits(payments);
  if (units > most) return err({ code: "REFUND_TOO_LARGE", refundableUnits: most });
  let left = units;
  const parts: Omit<RefundPart, "taxUnits">[] = [];
  for (const payment of [...payments.filter((one) => one.method === "CARD"), ...payments.filter((one) => one.method === "GIFT_CARD").toReversed()]) {
    const room = payment.takenUnits - payment.refundedUnits;
    const share = room < left ? room : left;
    if (share <= 0n) continue;
    parts.push({ paymentId: payment.id, method: payment.method, units: share });
    left -= share;
  }
  const taxes = prorate(parts.length === 0 ? 0n : taxUnits, parts.map((part) => part.units));
  return ok(parts.map((part, index) => ({ ...part, taxUnits: taxes[index] ?? 0n })));
}
