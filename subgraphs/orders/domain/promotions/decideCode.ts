import { err, ok, type Result } from "#schema/values/result.ts";
import type { PromotionInput, PromotionRefusal, PromotionVerdict } from "./types.ts";

/** Refusals that are about the cart and not about the code. */
export type CodeRefusal = Exclude<PromotionRefusal, "NOT_STARTED" | "EXPIRED" | "USED_UP" | "USED_BY_CUSTOMER">;

export type CodeDecision =
  | { code: "CODE_NOT_FOUND" }
  | { code: "CODE_EXPIRED" }
  | { code: "CODE_USED_UP" }
  | { code: "CODE_NOT_APPLICABLE"; reason: CodeRefusal };

/** A code that is looked at before the cart is: whether it can work now at all. */
export function decideCodeAlone(code: { isOn: boolean; startsAt: Date | null; endsAt: Date | null } | undefined, at: Date): Result<undefined, CodeDecision> {
  // One that does not work yet is none: what the shop plans is not told to whoever tries.
  if (!code?.isOn || (code.startsAt !== null && at < code.startsAt)) return err({ code: "CODE_NOT_FOUND" });
  return code.endsAt !== null && at >= code.endsAt ? err({ code: "CODE_EXPIRED" }) : ok(undefined);
}

/** Whether a code may be entered into a cart, from the verdicts on the cart with the code in it. */
export function decideCode(entered: { code: string; promotionId: string }, verdicts: readonly PromotionVerdict[], input: Pick<PromotionInput, "promotions" | "shippingUnits">): Result<undefined, CodeDecision> {
  const verdict = verdicts.find((one) => one.promotionId === entered.promotionId);
  if (!verdict) return err({ code: "CODE_NOT_FOUND" });
  // Another code of the same promotion is in the cart: a promotion applies once.
  if (verdict.code !== null && verdict.code !== entered.code) return err({ code: "CODE_NOT_APPLICABLE", reason: "NOT_COMBINABLE" });
  const { refusal } = verdict;
  if (refusal === "EXPIRED") return err({ code: "CODE_EXPIRED" });
  if (refusal === "NOT_STARTED") return err({ code: "CODE_NOT_FOUND" });
  if (refusal === "USED_UP" || refusal === "USED_BY_CUSTOMER") return err({ code: "CODE_USED_UP" });
  const isForLater = refusal === "NOTHING_TO_TAKE_OFF" && input.shippingUnits === 0n && input.promotions.some((one) => one.id === entered.promotionId && one.benefit.kind === "FREE_SHIPPING");
  return refusal === null || isForLater ? ok(undefined) : err({ code: "CODE_NOT_APPLICABLE", reason: refusal });
}
