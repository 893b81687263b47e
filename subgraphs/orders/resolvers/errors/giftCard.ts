import { graphMoney } from "#kit/graphMoney.ts";
import type { Renderers } from "#kit/userError.ts";
import { toDecimal } from "#schema/values/money.ts";
import type { CartGiftCardAddRefusal } from "../../commands/cartGiftCardAdd.ts";
import type { CartGiftCardRemoveRefusal } from "../../commands/cartGiftCardRemove.ts";
import type { GiftCardAdjustRefusal } from "../../commands/giftCardAdjust.ts";
import type { GiftCardIssueRefusal } from "../../commands/giftCardIssue.ts";
import { MAX_GIFT_CARDS } from "../../queries/cartCodes.ts";
import { tooManyWrongCodes } from "./promotion.ts";
import { cartErrors, keyErrors, versionConflict } from "./shared.ts";

const CODE = ["input", "code"];
const asItIs = ({ message, path }: { message: string; path: readonly string[] }) => ({ message, path });
const notFoundAt = (...path: string[]) => () => ({ message: "There is no such gift card.", path });

export const giftCardIssueErrors: Renderers<GiftCardIssueRefusal> = { ...keyErrors, INVALID_GIFT_CARD: asItIs };

export const giftCardAdjustErrors: Renderers<GiftCardAdjustRefusal> = {
  ...keyErrors,
  INVALID_GIFT_CARD: asItIs,
  GIFT_CARD_NOT_FOUND: notFoundAt("input", "giftCardId"),
  BALANCE_TOO_LOW: ({ available }) => ({
    message: `At most ${toDecimal(available)} ${available.currency} can be taken off: the rest is spent or held by purchases under way.`,
    path: ["input", "amount"], fields: { available: graphMoney(available) },
  }),
};

export const giftCardDisableErrors: Renderers<{ code: "GIFT_CARD_NOT_FOUND" }> = { GIFT_CARD_NOT_FOUND: notFoundAt("giftCardId") };

export const cartGiftCardAddErrors: Renderers<CartGiftCardAddRefusal> = {
  ...cartErrors,
  VERSION_CONFLICT: versionConflict,
  GIFT_CARD_NOT_FOUND: () => ({ message: "There is no such gift card: look at how its code is spelled.", path: CODE }),
  GIFT_CARD_EXPIRED: () => ({ message: "The gift card cannot be spent any more: its time is over.", path: CODE }),
  GIFT_CARD_EMPTY: () => ({ message: "Nothing is left on the gift card, or another purchase under way holds it.", path: CODE }),
  GIFT_CARD_OTHER_CURRENCY: ({ currency }) => ({ message: `The gift card is in ${currency}: it cannot pay for this cart.`, path: CODE, fields: { currency } }),
  TOO_MANY_GIFT_CARDS: () => ({ message: `A cart takes at most ${MAX_GIFT_CARDS} gift cards: take one out with cartGiftCardRemove.`, path: CODE, fields: { limit: MAX_GIFT_CARDS } }),
  TOO_MANY_WRONG_CODES: tooManyWrongCodes,
};

export const cartGiftCardRemoveErrors: Renderers<CartGiftCardRemoveRefusal> = {
  ...cartErrors,
  VERSION_CONFLICT: versionConflict,
  GIFT_CARD_NOT_FOUND: () => ({ message: "This gift card is not in the cart.", path: ["input", "giftCardId"] }),
};
