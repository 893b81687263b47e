import { err, ok, type Result } from "#schema/values/result.ts";
import type { Commanded } from "../context.ts";
import { normalizeCode } from "../domain/promotions/codes.ts";
import { removeCartCode } from "../queries/cartCodes.ts";
import type { FullCart } from "../queries/cartContents.ts";
import { updateCart } from "../queries/carts.ts";
import type { CartCodeInput } from "./cartApplyCode.ts";
import { type ChangeRefusal, openWorkspace } from "./findUsableCart.ts";

export type CartRemoveCodeRefusal = ChangeRefusal | { code: "CODE_NOT_FOUND" };

export async function cartRemoveCode({ db, clocks, viewer }: Commanded, input: CartCodeInput): Promise<Result<FullCart, CartRemoveCodeRefusal>> {
  return db.tx(async (tx): Promise<Result<FullCart, CartRemoveCodeRefusal>> => {
    const opened = await openWorkspace(tx, input, viewer);
    if (!opened.ok) return opened;
    const { cart, space } = opened.value;
    const normalized = normalizeCode(input.code);
    if (normalized === undefined || !(await removeCartCode(tx, cart.id, normalized))) return err({ code: "CODE_NOT_FOUND" });
    return ok({ cart: await updateCart(tx, cart.id, "OPEN", clocks.business.now()), contents: { ...space.contents, codes: space.contents.codes.filter(({ code }) => normalizeCode(code) !== normalized) } });
  }, { retries: 3 });
}
