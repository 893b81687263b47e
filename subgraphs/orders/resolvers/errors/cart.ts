import type { Renderers } from "#kit/userError.ts";
import type { CartCreateRefusal } from "../../commands/cartCreate.ts";
import type { CartLinesSetRefusal } from "../../commands/cartLinesSet.ts";
import { CURRENCIES, MAX_LINES, MAX_QUANTITY } from "../../domain/cart.ts";
import { cartErrors } from "./shared.ts";

export const cartCreateErrors: Renderers<CartCreateRefusal> = {
  CURRENCY_NOT_SUPPORTED: ({ currency }) => ({ message: `The shop does not sell in ${currency}: choose one of ${[...CURRENCIES].join(", ")}.`, path: ["input", "currency"] }),
};

const linePath = (index: number, field: string) => ["input", "lines", String(index), field];

export const cartLinesSetErrors: Renderers<CartLinesSetRefusal> = {
  ...cartErrors,
  TOO_MANY_LINES: () => ({ message: `A cart holds at most ${MAX_LINES} lines and one call names 1 to ${MAX_LINES}.`, path: ["input", "lines"], fields: { limit: MAX_LINES } }),
  DUPLICATE_LINE: ({ variantId, index }) => ({ message: "The variant is named twice: name it once with the quantity wanted.", path: linePath(index, "variantId"), fields: { variantId } }),
  INVALID_QUANTITY: ({ variantId, quantity, index }) => ({
    message: `A quantity must be between 0 and ${MAX_QUANTITY}, it is ${quantity}.`, path: linePath(index, "quantity"), fields: { variantId, quantity },
  }),
  VARIANT_NOT_FOUND: ({ variantId, index }) => ({ message: "There is no such variant on sale in the cart's currency.", path: linePath(index, "variantId"), fields: { variantId } }),
};
