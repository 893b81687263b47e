import type { Renderers } from "#kit/userError.ts";
import type { CartCreateRefusal } from "../../commands/cartCreate.ts";
import type { CartMergeRefusal } from "../../commands/cartMerge.ts";
import type { CartUpdateRefusal } from "../../commands/cartUpdate.ts";
import type { CartLinesRefusal } from "../../commands/changeCartLines.ts";
import { CURRENCIES, MAX_LINES, MAX_NOTE, MAX_QUANTITY } from "../../domain/cart.ts";
import { cartErrors, versionConflict } from "./shared.ts";

export const cartCreateErrors: Renderers<CartCreateRefusal> = {
  CURRENCY_NOT_SUPPORTED: ({ currency }) => ({ message: `The shop does not sell in ${currency}: choose one of ${[...CURRENCIES].join(", ")}.`, path: ["input", "currency"] }),
};

const linePath = (index: number, field: string) => ["input", "lines", String(index), field];

export const cartLinesErrors: Renderers<CartLinesRefusal> = {
  ...cartErrors,
  VERSION_CONFLICT: versionConflict,
  TOO_MANY_LINES: () => ({ message: `A cart holds at most ${MAX_LINES} lines and one call names 1 to ${MAX_LINES}.`, path: ["input", "lines"], fields: { limit: MAX_LINES } }),
  DUPLICATE_LINE: ({ variantId, index }) => ({ message: "The variant is named twice: name it once with the quantity wanted.", path: linePath(index, "variantId"), fields: { variantId } }),
  INVALID_QUANTITY: ({ variantId, quantity, index }) => ({
    message: quantity > MAX_QUANTITY ? `A line holds at most ${MAX_QUANTITY} units, it would be ${quantity}.` : `A quantity must not be below ${quantity < 0 ? 0 : 1}, it is ${quantity}.`, path: linePath(index, "quantity"), fields: { variantId, quantity },
  }),
  VARIANT_NOT_FOUND: ({ variantId, index }) => ({ message: "There is no such variant on sale in the cart's currency.", path: linePath(index, "variantId"), fields: { variantId } }),
};

export const invalidEmail = () => ({ message: "This is no e-mail address: write it as name@example.com.", path: ["input", "email"] });

export const cartUpdateErrors: Renderers<CartUpdateRefusal> = {
  ...cartErrors,
  VERSION_CONFLICT: versionConflict,
  INVALID_NOTE: () => ({ message: `A note has at most ${MAX_NOTE} characters and no control characters but line ends: shorten or retype it.`, path: ["input", "note"] }),
  INVALID_DELIVERY_EMAIL: invalidEmail,
  COUNTRY_OF_ADDRESS: ({ countryCode }) => ({
    message: `The cart goes to an address in ${countryCode}: change that with cartSetDelivery, and the cart's country follows.`, path: ["input", "countryCode"], fields: { countryCode },
  }),
};

const which = (refusal: { which?: "from" | "into" }) => ["input", refusal.which ?? "from"];

export const cartMergeErrors: Renderers<CartMergeRefusal> = {
  CART_NOT_FOUND: (refusal) => ({ ...cartErrors.CART_NOT_FOUND(refusal), path: which(refusal) }),
  CART_ALREADY_ORDERED: (refusal) => ({ ...cartErrors.CART_ALREADY_ORDERED(refusal), path: which(refusal) }),
  CART_CLOSED: (refusal) => ({ ...cartErrors.CART_CLOSED(refusal), path: which(refusal) }),
  CART_BUSY: (refusal) => ({ ...cartErrors.CART_BUSY(refusal), path: which(refusal) }),
  CARTS_NOT_MERGEABLE: ({ reason }) => ({
    message: reason === "SAME_CART" ? "Both ids name the same cart: there is nothing to merge." : "The carts are in different currencies: buy them one by one.",
    path: ["input", "from"], fields: { reason },
  }),
  TOO_MANY_LINES: () => ({ message: `Together the carts have more than ${MAX_LINES} lines: take some out of one of them.`, path: ["input", "from"], fields: { limit: MAX_LINES } }),
};
