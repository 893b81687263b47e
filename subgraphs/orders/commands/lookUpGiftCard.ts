import { err, ok, type Result } from "#schema/values/result.ts";
import type { Commanded } from "../context.ts";
import type { GiftCard } from "../domain/giftCards/giftCard.ts";
import { findGiftCardByHash, giftCardDigest } from "../queries/giftCards.ts";
import { admitGuess, type TooManyWrongCodes } from "./admitGuess.ts";

/** The card of a code for whoever knows it, undefined where there is none. */
export async function lookUpGiftCard(parts: Commanded, entered: string): Promise<Result<GiftCard | undefined, TooManyWrongCodes>> {
  const guess = await admitGuess(parts, undefined);
  if (guess.refusal) return err(guess.refusal);
  const digest = giftCardDigest(entered);
  const card = digest && (await findGiftCardByHash(parts.db, digest.hash));
  if (card) await guess.excuse();
  return ok(card);
}
