import { err, ok, type Result } from "#schema/values/result.ts";
import type { Viewer } from "#kit/viewer.ts";
import type { Tx } from "#platform/db/database.ts";
import type { Commanded } from "../context.ts";
import { type Cart, mayUseCart, mergeLines } from "../domain/cart.ts";
import { moveCartCodes } from "../queries/cartCodes.ts";
import { type FullCart, listFullCarts, readWorkspace, writeCartLines } from "../queries/cartContents.ts";
import { closeMergedCart, giveCart, listCartsForUpdate, listLatestOpenCarts, saveCart } from "../queries/carts.ts";
import { type CartRefusal, checkUsable } from "./findUsableCart.ts";

export type CartMergeRefusal =
  /** `which`: the input that names the cart the refusal is about. */
  | (CartRefusal & { which?: "from" | "into" })
  | { code: "CARTS_NOT_MERGEABLE"; reason: "SAME_CART" | "OTHER_CURRENCY" }
  | { code: "TOO_MANY_LINES" };

/** Undefined where an id names no cart at all; `into` null: the person's latest open cart. */
export interface CartMergeInput {
  readonly from: string | undefined;
  readonly into: string | undefined | null;
}

/** Puts one cart into another. Done again it changes nothing: the first cart says where its lines went. */
export async function cartMerge(parts: Commanded, input: CartMergeInput): Promise<Result<FullCart, CartMergeRefusal>> {
  const { db, viewer } = parts;
  if (input.from === undefined) return err({ code: "CART_NOT_FOUND", which: "from" });
  if (input.into === undefined) return err({ code: "CART_NOT_FOUND", which: "into" });
  if (input.from === input.into) return err({ code: "CARTS_NOT_MERGEABLE", reason: "SAME_CART" });
  const { from, into: named } = input;
  return db.tx(async (tx): Promise<Result<FullCart, CartMergeRefusal>> => {
    const target = named ?? (await ownCart(tx, viewer, from));
    const held = new Map((await listCartsForUpdate(tx, target === undefined ? [from] : [from, target])).map((cart) => [cart.id, cart]));
    const source = held.get(from);
    if (!source || !mayUseCart(source, viewer)) return err({ code: "CART_NOT_FOUND", which: "from" });
    if (source.state === "MERGED" && (named === null || source.mergedInto === named)) {
      const done = await mergedBefore(tx, source, viewer);
      if (done) return ok(done);
    }
    const usable = await checkUsable(tx, source, viewer);
    if (!usable.ok) return err({ ...usable.error, which: "from" });
    if (target === undefined) return adopt(parts, tx, source);
    const into = await checkUsable(tx, held.get(target), viewer);
    return into.ok ? merge(parts, tx, source, into.value) : err({ ...into.error, which: "into" });
  }, { retries: 3 });
}

async function ownCart(tx: Tx, viewer: Viewer, from: string): Promise<string | undefined> {
  const [latest] = viewer.userId === null ? [] : await listLatestOpenCarts(tx, [viewer.userId]);
  return latest && latest.id !== from ? latest.id : undefined;
}

async function mergedBefore(tx: Tx, source: Cart, viewer: Viewer): Promise<FullCart | undefined> {
  const [full] = source.mergedInto === null ? [] : await listFullCarts(tx, [source.mergedInto]);
  return full && mayUseCart(full.cart, viewer) ? full : undefined;
}

/** Without another cart the guest's becomes the person's, as it is. */
async function adopt({ viewer, clocks }: Commanded, tx: Tx, cart: Cart): Promise<Result<FullCart, CartMergeRefusal>> {
  const { isBusy, contents } = await readWorkspace(tx, cart, []);
  if (isBusy) return err({ code: "CART_BUSY", which: "from" });
  if (viewer.userId === null || cart.userId === viewer.userId) return ok({ cart, contents });
  return ok({ cart: await giveCart(tx, cart.id, viewer.userId, clocks.business.now()), contents });
}

async function merge({ viewer, clocks }: Commanded, tx: Tx, from: Cart, into: Cart): Promise<Result<FullCart, CartMergeRefusal>> {
  if (from.currency !== into.currency) return err({ code: "CARTS_NOT_MERGEABLE", reason: "OTHER_CURRENCY" });
  const at = clocks.business.now();
  const source = await readWorkspace(tx, from, []);
  if (source.isBusy) return err({ code: "CART_BUSY", which: "from" });
  const space = await readWorkspace(tx, into, source.contents.lines.map((line) => line.variantId));
  if (space.isBusy) return err({ code: "CART_BUSY", which: "into" });
  const changes = mergeLines(space.contents.lines, source.contents.lines);
  if (!changes.ok) return changes;
  await moveCartCodes(tx, from.id, into.id);
  await closeMergedCart(tx, from.id, into.id, at);
  const full = await writeCartLines(tx, into, space, changes.value, at);
  const { address, email } = space.contents.delivery;
  // What the guest said about delivery is kept where the other cart says nothing, and so is the note.
  const delivery = address || email ? undefined : source.contents.delivery;
  const wanted = { ...full.cart, note: into.note ?? from.note, countryCode: delivery?.address?.countryCode ?? into.countryCode ?? from.countryCode };
  let { cart } = full;
  if (delivery?.address || delivery?.email || wanted.note !== cart.note || wanted.countryCode !== cart.countryCode) cart = await saveCart(tx, wanted, delivery, at);
  // Who merges into a guest's cart while logged in goes on with it as their own.
  if (cart.userId === null && viewer.userId !== null) cart = await giveCart(tx, cart.id, viewer.userId, at);
  const [merged] = await listFullCarts(tx, [cart.id]);
  return ok(merged ?? { cart, contents: full.contents });
}
