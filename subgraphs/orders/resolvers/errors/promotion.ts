import type { Renderers } from "#kit/userError.ts";
import type { CartApplyCodeRefusal } from "../../commands/cartApplyCode.ts";
import type { CartRemoveCodeRefusal } from "../../commands/cartRemoveCode.ts";
import type { PromotionCodesCreateRefusal } from "../../commands/promotionCodesCreate.ts";
import type { PromotionDisableRefusal } from "../../commands/promotionDisable.ts";
import type { PromotionUpsertRefusal } from "../../commands/promotionUpsert.ts";
import type { VoucherBatchCreateRefusal } from "../../commands/voucherBatchCreate.ts";
import type { CodeRefusal } from "../../domain/promotions/decideCode.ts";
import { MAX_CODES } from "../../queries/cartCodes.ts";
import { toInt } from "../refs.ts";
import { cartErrors, keyErrors, versionConflict } from "./shared.ts";

const CODE = ["input", "code"];

const notFound = () => ({ message: "There is no such promotion.", path: ["input", "promotionId"] });
const asItIs = ({ message, path }: { message: string; path: readonly string[] }) => ({ message, path });

export const promotionUpsertErrors: Renderers<PromotionUpsertRefusal> = {
  PROMOTION_NOT_FOUND: () => ({ message: "There is no such promotion: leave `id` out to make a new one.", path: ["input", "id"] }),
  INVALID_PROMOTION: asItIs,
  PROMOTION_CHANGED_MEANWHILE: ({ version }) => ({ message: `The promotion was changed meanwhile, its version is ${version}: look at it and decide anew.`, path: ["input", "expectedVersion"], fields: { version } }),
  USAGE_LIMIT_TOO_LOW: ({ uses }) => ({ message: `The promotion was used ${uses} times already: set a limit of at least that, or switch it off.`, path: ["input", "usageLimit"], fields: { uses: toInt(uses) } }),
};

export const promotionDisableErrors: Renderers<PromotionDisableRefusal> = {
  PROMOTION_NOT_FOUND: () => ({ message: "There is no such promotion.", path: ["promotionId"] }),
};

export const promotionCodesCreateErrors: Renderers<PromotionCodesCreateRefusal> = {
  PROMOTION_NOT_FOUND: notFound,
  INVALID_PROMOTION: asItIs,
  INVALID_PROMOTION_CODE: ({ text, index, isTwice }) => ({
    message: isTwice ? `The code "${text}" is named twice.` : `"${text}" is no code: 4 to 40 letters and digits make one.`, path: ["input", "codes", String(index)],
  }),
  CODE_TAKEN: ({ taken }) => ({ message: `The shop has the code ${taken} already: choose another one. No code was made.`, path: ["input", "codes"], fields: { taken } }),
};

export const voucherBatchCreateErrors: Renderers<VoucherBatchCreateRefusal> = { ...keyErrors, PROMOTION_NOT_FOUND: notFound, INVALID_PROMOTION: asItIs };

export const promotionCodeDisableErrors: Renderers<{ code: "CODE_NOT_FOUND" }> = {
  CODE_NOT_FOUND: () => ({ message: "There is no such code.", path: ["codeId"] }),
};

const REASONS: Readonly<Record<CodeRefusal, string>> = {
  OTHER_CURRENCY: "The code is for another currency than the cart's.",
  OTHER_COUNTRY: "The code is for other countries: say where the goods go, or take another code.",
  REGISTERED_ONLY: "The code is for people with an account: log in and enter it again.",
  FIRST_ORDER_ONLY: "The code is for a first order.",
  NO_MATCHING_ITEMS: "Nothing in the cart is what the code is for.",
  MINIMUM_SUBTOTAL: "The cart comes to too little for this code: put more of what it is for into it.",
  MINIMUM_QUANTITY: "There are too few units in the cart for this code: put more of what it is for into it.",
  NOT_COMBINABLE: "The code does not go together with what applies to the cart already.",
  NOTHING_TO_TAKE_OFF: "There is nothing in the cart that the code could take something off.",
};

export const tooManyWrongCodes = ({ retryAfterSeconds }: { retryAfterSeconds: number }) => ({
  message: `Too many codes were entered that are none: wait ${retryAfterSeconds} seconds.`, path: CODE, fields: { retryAfterSeconds },
});

export const cartApplyCodeErrors: Renderers<CartApplyCodeRefusal> = {
  ...cartErrors,
  VERSION_CONFLICT: versionConflict,
  CODE_NOT_FOUND: () => ({ message: "There is no such code: look at how it is spelled.", path: CODE }),
  CODE_EXPIRED: () => ({ message: "The code cannot be used any more: its time is over.", path: CODE }),
  CODE_USED_UP: () => ({ message: "The code was used as often as it may be.", path: CODE }),
  CODE_NOT_APPLICABLE: ({ reason }) => ({ message: REASONS[reason], path: CODE, fields: { reason } }),
  TOO_MANY_CODES: () => ({ message: `A cart takes at most ${MAX_CODES} codes: take one out with cartRemoveCode.`, path: CODE, fields: { limit: MAX_CODES } }),
  TOO_MANY_WRONG_CODES: tooManyWrongCodes,
};

export const cartRemoveCodeErrors: Renderers<CartRemoveCodeRefusal> = {
  ...cartErrors,
  VERSION_CONFLICT: versionConflict,
  CODE_NOT_FOUND: () => ({ message: "This code is not in the cart.", path: CODE }),
};
