import type { Money } from "#schema/values/money.ts";

export interface ChargeRequest {
  /** The provider does what stands under a key once, however often it is asked. */
  readonly key: string;
  readonly amount: Money;
  /** What the provider calls the means of payment; its default one where null. */
  readonly token: string | null;
}

export type ChargeOutcome =
  | { state: "CAPTURED"; ref: string }
  /** `reason` in capitals, `CARD_DECLINED`. */
  | { state: "DECLINED"; reason: string };

export interface RefundRequest {
  readonly key: string;
  readonly chargeRef: string;
  readonly amount: Money;
}

/** Who moves the money. Never called while a transaction of ours is open. */
export interface PaymentProvider {
  /** Written into payments.provider. */
  readonly name: string;
  /** @throws PaymentsUnavailable when the outcome is not known; ask again with the same key. */
  charge(request: ChargeRequest): Promise<ChargeOutcome>;
  /**
   * What became of a charge nobody waits for any more. One that never came is VOID from now on: if it still comes, it is declined.
   * @throws PaymentsUnavailable
   */
  settle(key: string): Promise<ChargeOutcome | { state: "VOID" }>;
  /** @throws PaymentsUnavailable */
  refund(request: RefundRequest): Promise<{ ref: string }>;
}

export { PaymentsUnavailable } from "./paymentProvider.ts";
