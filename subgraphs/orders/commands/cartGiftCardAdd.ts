import { err, ok, type Result } from "#schema/values/result.ts";
import type { Tx } from "#platform/db/database.ts";
import type { Commanded } from "../context.ts";
import { stateOf } from "../domain/giftCards/giftCard.ts";
import { addCartGiftCard, listCartGiftCards, MAX_GIFT_CARDS } from "../queries/cartCodes.ts";
import type { FullCart } from "../queries/cartContents.ts";
import { updateCart } from "../queries/carts.ts";
import { findGiftCardByHash, giftCardDigest } from "../queries/giftCards.ts";
import { admitGuess, type TooManyWrongCodes } from "./admitGuess.ts";
import type { CartCodeInput } from "./cartApplyCode.ts";
import { type ChangeRefusal, openWorkspace } from "./findUsableCart.ts";

export type CartGiftCardAddRefusal =
  | ChangeRefusal
  | TooManyWrongCodes
  | { code: "GIFT_CARD_NOT_FOUND" }
  | { code: "GIFT_CARD_EXPIRED" }
  | { code: "GIFT_CARD_EMPTY" }
  | { code: "GIFT_CARD_OTHER_CURRENCY"; currency: string }
  | { code: "TOO_MANY_GIFT_CARDS" };

/** Lets a card pay for a cart. Nothing of it is held before the checkout starts. */
export async function cartGiftCardAdd(parts: Commanded, input: CartCodeInput): Promise<Result<FullCart, CartGiftCardAddRefusal>> {
  const guess = await admitGuess(parts, input.cartId);
  if (guess.refusal) return err(guess.refusal);
  const outcome = await parts.db.tx((tx) => add(parts, tx, input), { retries: 3 });
  if (outcome.ok || outcome.error.code !== "GIFT_CARD_NOT_FOUND") await guess.excuse();
  return outcome;
}

async function add({ viewer, clocks }: Commanded, tx: Tx, input: CartCodeInput): Promise<Result<FullCart, CartGiftCardAddRefusal>> {
  const at = clocks.business.now();
  const opened = await openWorkspace(tx, input, viewer);
  if (!opened.ok) return opened;
  const { cart, space: { contents } } = opened.value;
  const { id: cartId, currency } = cart;
  const digest = giftCardDigest(input.code);
  const card = digest && (await findGiftCardByHash(tx, digest.hash));
  if (!card?.isActive) return err({ code: "GIFT_CARD_NOT_FOUND" });
  if (stateOf(card, at) === "EXPIRED") return err({ code: "GIFT_CARD_EXPIRED" });
  if (card.balance.currency !== currency) return err({ code: "GIFT_CARD_OTHER_CURRENCY", currency: card.balance.currency });
  const have = await listCartGiftCards(tx, cartId, at);
  if (have.some((one) => one.giftCardId === card.id)) return ok({ cart, contents });
  if (card.available.units <= 0n) return err({ code: "GIFT_CARD_EMPTY" });
  if (have.length >= MAX_GIFT_CARDS) return err({ code: "TOO_MANY_GIFT_CARDS" });
  await addCartGiftCard(tx, cartId, card.id);
  return ok({ cart: await updateCart(tx, cartId, "OPEN", at), contents: { ...contents, hasGiftCards: true } });
}
