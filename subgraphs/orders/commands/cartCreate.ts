import { err, ok, type Result } from "#schema/values/result.ts";
import type { Commanded } from "../context.ts";
import { type Cart, CURRENCIES } from "../domain/cart.ts";
import { insertCart } from "../queries/carts.ts";

export type CartCreateRefusal = { code: "CURRENCY_NOT_SUPPORTED"; currency: string };

/** Opens an empty cart for the person who is logged in, or for a guest. */
export async function cartCreate({ db, clocks, viewer }: Commanded, input: { currency: string; countryCode: string | null }): Promise<Result<Cart, CartCreateRefusal>> {
  if (!CURRENCIES.has(input.currency)) return err({ code: "CURRENCY_NOT_SUPPORTED", currency: input.currency });
  return ok(await insertCart(db, { userId: viewer.userId, ...input }, clocks.business.now()));
}
