/** Why something that was priced in cannot be had any more. */
export type HoldReason = "NO_LONGER_VALID" | "USED_UP" | "USED_BY_CUSTOMER" | "BALANCE_TOO_LOW";
export interface HoldRefusal {
  /** The code as the shop spells it; the label of a promotion without code; `****` and the last characters of a gift card. */
  readonly code: string;
  readonly reason: HoldReason;
}
