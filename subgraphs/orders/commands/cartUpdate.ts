import { err, ok, type Result } from "#schema/values/result.ts";
import type { Commanded } from "../context.ts";
import { type Cart, MAX_NOTE } from "../domain/cart.ts";
import { type CartDelivery, readEmail } from "../domain/delivery.ts";
import { lengthOf, readLines } from "../domain/text.ts";
import type { FullCart } from "../queries/cartContents.ts";
import { saveCart } from "../queries/carts.ts";
import { type ChangeRefusal, openWorkspace } from "./findUsableCart.ts";

export type CartUpdateRefusal = ChangeRefusal | { code: "INVALID_NOTE" } | { code: "INVALID_DELIVERY_EMAIL" } | { code: "COUNTRY_OF_ADDRESS"; countryCode: string };

/** What is undefined stays, null takes away. */
export interface CartUpdateInput {
  readonly cartId: string | undefined;
  readonly note?: string | null | undefined;
  readonly countryCode?: string | null | undefined;
  readonly email?: string | null | undefined;
  readonly expectedVersion?: number | null | undefined;
}

/** Changes what is said about a cart. */
export async function cartUpdate({ db, clocks, viewer }: Commanded, input: CartUpdateInput): Promise<Result<FullCart, CartUpdateRefusal>> {
  const note = input.note == null ? input.note : readLines(input.note);
  if (input.note != null && (note === undefined || lengthOf(note ?? "") > MAX_NOTE)) return err({ code: "INVALID_NOTE" });
  const email = input.email == null ? input.email : readEmail(input.email);
  if (input.email != null && email === undefined) return err({ code: "INVALID_DELIVERY_EMAIL" });
  return db.tx(async (tx): Promise<Result<FullCart, CartUpdateRefusal>> => {
    const opened = await openWorkspace(tx, input, viewer);
    if (!opened.ok) return opened;
    const { cart, space: { contents } } = opened.value;
    const { address } = contents.delivery;
    if (address && input.countryCode !== undefined && input.countryCode !== address.countryCode) return err({ code: "COUNTRY_OF_ADDRESS", countryCode: address.countryCode });
    const wanted: Cart = {
      ...cart,
      note: input.note === undefined ? cart.note : note || null,
      countryCode: input.countryCode === undefined ? cart.countryCode : input.countryCode,
    };
    const delivery: CartDelivery | undefined = input.email === undefined ? undefined : { ...contents.delivery, email: email ?? null };
    const saved = await saveCart(tx, wanted, delivery, clocks.business.now());
    return ok({ cart: saved, contents: { ...contents, delivery: delivery ?? contents.delivery } });
  }, { retries: 3 });
}
