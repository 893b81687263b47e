import type { Tx } from "#platform/db/database.ts";
import { err, ok, type Result } from "#schema/values/result.ts";
import type { Commanded } from "../context.ts";
import { type Address, type AddressRefusal, type CartDelivery, readAddress, readEmail, type TypedAddress } from "../domain/delivery.ts";
import { shippingOptionsOf } from "../domain/loadedCart.ts";
import type { ShippingQuote } from "../domain/pricing/shipping.ts";
import type { FullCart } from "../queries/cartContents.ts";
import { findAddressOf } from "../queries/addressBook.ts";
import { saveCart } from "../queries/carts.ts";
import { pricingRulesOf } from "../queries/pricingRules.ts";
import { type ChangeRefusal, openWorkspace } from "./findUsableCart.ts";

export type CartSetDeliveryRefusal =
  | ChangeRefusal
  | AddressRefusal
  | { code: "INVALID_DELIVERY_EMAIL" }
  | { code: "ADDRESS_NOT_FOUND" }
  | { code: "SHIPPING_METHOD_NOT_OFFERED"; offered: readonly ShippingQuote[]; currency: string };

/** What is undefined stays, null takes away. */
export interface CartSetDeliveryInput {
  readonly cartId: string | undefined;
  readonly email?: string | null | undefined;
  readonly address?: TypedAddress | null | undefined;
  /** Instead of `address`, the UUID of one of the cart's owner's; null for an id that names none. */
  readonly addressId?: string | null | undefined;
  /** The UUID of a method, or a text that is none. */
  readonly methodId?: string | null | undefined;
  readonly expectedVersion?: number | null | undefined;
}

/**
 * Says who to write to, where the goods go and how. A method that was chosen before is kept as long as the shop offers it for the
 * new address; a cart without lines takes any method of its zone's, for there is nothing to weigh.
 */
export async function cartSetDelivery({ db, clocks, viewer }: Commanded, input: CartSetDeliveryInput): Promise<Result<FullCart, CartSetDeliveryRefusal>> {
  const email = input.email == null ? input.email : readEmail(input.email);
  if (input.email != null && email === undefined) return err({ code: "INVALID_DELIVERY_EMAIL" });
  const typed = input.address == null ? undefined : readAddress(input.address);
  if (typed && !typed.ok) return typed;
  return db.tx(async (tx): Promise<Result<FullCart, CartSetDeliveryRefusal>> => {
    const opened = await openWorkspace(tx, input, viewer);
    if (!opened.ok) return opened;
    const { cart, space: { contents } } = opened.value;
    const address = input.addressId === undefined ? typed : await ownAddress(tx, cart, input.addressId);
    if (address && !address.ok) return address;
    const before = contents.delivery;
    const wanted: CartDelivery = {
      email: email === undefined ? before.email : email,
      address: address ? address.value : input.address === null ? null : before.address,
      methodId: input.methodId === undefined ? before.methodId : input.methodId,
    };
    const moved = { ...cart, countryCode: wanted.address?.countryCode ?? cart.countryCode };
    const after = { ...contents, delivery: wanted };
    const offered = shippingOptionsOf(moved, after, await pricingRulesOf(tx, contents.stamp));
    const isOffered = wanted.methodId === null || offered.some((quote) => quote.methodId === wanted.methodId);
    if (!isOffered && input.methodId != null) return err({ code: "SHIPPING_METHOD_NOT_OFFERED", offered, currency: cart.currency });
    const delivery = isOffered || contents.lines.length === 0 ? wanted : { ...wanted, methodId: null };
    return ok({ cart: await saveCart(tx, moved, delivery, clocks.business.now()), contents: { ...after, delivery } });
  }, { retries: 3 });
}

/** An address of the cart's owner. Whose cart has no owner has none, and what an import left incomplete can be delivered to by nobody. */
async function ownAddress(tx: Tx, cart: { readonly userId: string | null }, id: string | null): Promise<Result<Address, AddressRefusal | { code: "ADDRESS_NOT_FOUND" }>> {
  const found = id === null || cart.userId === null ? undefined : await findAddressOf(tx, cart.userId, id);
  return found ? readAddress(found) : err({ code: "ADDRESS_NOT_FOUND" });
}
