import { err, ok, type Result } from "#schema/values/result.ts";
import type { Tx } from "#platform/db/database.ts";
import type { Commanded } from "../context.ts";
import type { CartContents } from "../domain/loadedCart.ts";
import { judgeCart } from "../domain/pricing/priceCart.ts";
import { normalizeCode } from "../domain/promotions/codes.ts";
import { type CodeDecision, decideCode, decideCodeAlone } from "../domain/promotions/decideCode.ts";
import { addCartCode, MAX_CODES } from "../queries/cartCodes.ts";
import type { FullCart } from "../queries/cartContents.ts";
import { updateCart } from "../queries/carts.ts";
import { priceContents } from "../queries/pricing.ts";
import { findEnteredCode } from "../queries/promotionCodes.ts";
import { admitGuess, type TooManyWrongCodes } from "./admitGuess.ts";
import { type ChangeRefusal, openWorkspace } from "./findUsableCart.ts";

export type CartApplyCodeRefusal = ChangeRefusal | CodeDecision | TooManyWrongCodes | { code: "TOO_MANY_CODES" };

/** A code and the cart it is about. */
export interface CartCodeInput {
  /** Undefined where the id names no cart at all. */
  readonly cartId: string | undefined;
  readonly code: string;
  readonly expectedVersion?: number | null | undefined;
}

/** Enters a code into a cart if it takes something off the cart as it is. How often it may be used is settled at the checkout. */
export async function cartApplyCode(parts: Commanded, input: CartCodeInput): Promise<Result<FullCart, CartApplyCodeRefusal>> {
  const guess = await admitGuess(parts, input.cartId);
  if (guess.refusal) return err(guess.refusal);
  const outcome = await parts.db.tx((tx) => apply(parts, tx, input), { retries: 3 });
  if (outcome.ok || outcome.error.code !== "CODE_NOT_FOUND") await guess.excuse();
  return outcome;
}

async function apply({ viewer, clocks }: Commanded, tx: Tx, input: CartCodeInput): Promise<Result<FullCart, CartApplyCodeRefusal>> {
  const at = clocks.business.now();
  const opened = await openWorkspace(tx, input, viewer);
  if (!opened.ok) return opened;
  const { cart, space: { contents } } = opened.value;
  const normalized = normalizeCode(input.code);
  const entered = normalized === undefined ? undefined : await findEnteredCode(tx, normalized);
  const alone = decideCodeAlone(entered, at);
  if (!alone.ok) return alone;
  if (!entered) return err({ code: "CODE_NOT_FOUND" });
  if (contents.codes.some(({ code }) => code === entered.code)) return ok({ cart, contents });
  if (contents.codes.length >= MAX_CODES) return err({ code: "TOO_MANY_CODES" });
  const withCode: CartContents = { ...contents, codes: [...contents.codes, { code: entered.code, promotionId: entered.promotionId }] };
  const { pricing } = await priceContents(tx, { ...cart, userId: cart.userId ?? viewer.userId }, withCode, at);
  const decided = decideCode(entered, judgeCart(pricing).verdicts, { promotions: pricing.promotions, shippingUnits: pricing.shipping?.units ?? 0n });
  if (!decided.ok) return decided;
  await addCartCode(tx, cart.id, entered.id);
  return ok({ cart: await updateCart(tx, cart.id, "OPEN", at), contents: withCode });
}
