import { auditAs } from "#kit/audit.ts";
import { err, ok, type Result } from "#schema/values/result.ts";
import type { Commanded } from "../context.ts";
import type { GiftCard } from "../domain/giftCards/giftCard.ts";
import { disableGiftCard } from "../queries/giftCards.ts";

/** Switches a card off. Its balance stays: what the shop owes is corrected by an adjustment. */
export async function giftCardDisable(parts: Commanded, giftCardId: string | undefined): Promise<Result<GiftCard, { code: "GIFT_CARD_NOT_FOUND" }>> {
  if (giftCardId === undefined) return err({ code: "GIFT_CARD_NOT_FOUND" });
  return parts.db.tx(async (tx): Promise<Result<GiftCard, { code: "GIFT_CARD_NOT_FOUND" }>> => {
    const disabled = await disableGiftCard(tx, giftCardId);
    if (!disabled) return err({ code: "GIFT_CARD_NOT_FOUND" });
    await auditAs(tx, parts, "giftCardDisable", "giftCard", giftCardId);
    return ok(disabled);
  });
}
