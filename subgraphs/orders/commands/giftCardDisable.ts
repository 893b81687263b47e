import { err, ok, type Result } from "#schema/values/result.ts";
import type { Commanded } from "../context.ts";
import type { GiftCard } from "../domain/giftCards/giftCard.ts";
import { disableGiftCard } from "../queries/giftCards.ts";

/** Switches a card off. Its balance stays: what the shop owes is corrected by an adjustment. */
export async function giftCardDisable({ db }: Commanded, giftCardId: string | undefined): Promise<Result<GiftCard, { code: "GIFT_CARD_NOT_FOUND" }>> {
  const disabled = giftCardId === undefined ? undefined : await disableGiftCard(db, giftCardId);
  return disabled ? ok(disabled) : err({ code: "GIFT_CARD_NOT_FOUND" });
}
