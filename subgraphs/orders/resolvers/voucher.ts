import { toUserError } from "#kit/userError.ts";
import { decodeId } from "#schema/values/ids.ts";
import { cartApplyCode } from "../commands/cartApplyCode.ts";
import { cartRemoveCode } from "../commands/cartRemoveCode.ts";
import type { OrdersContext } from "../context.ts";
import type { Cart } from "../domain/cart.ts";
import { toSuccess } from "./cart.ts";
import { cartApplyCodeErrors, cartRemoveCodeErrors } from "./errors/promotion.ts";

interface CodeInput { cartId: string; code: string; expectedVersion?: number | null }

export const voucherResolvers = {
  Mutation: {
    async cartApplyCode(_root: unknown, { input }: { input: CodeInput }, context: OrdersContext) {
      const outcome = await cartApplyCode(context, { ...input, cartId: decodeId("crt", input.cartId) });
      return outcome.ok ? toSuccess("CartApplyCodeSuccess", outcome, context) : toUserError(cartApplyCodeErrors, outcome.error);
    },
    async cartRemoveCode(_root: unknown, { input }: { input: CodeInput }, context: OrdersContext) {
      const outcome = await cartRemoveCode(context, { ...input, cartId: decodeId("crt", input.cartId) });
      return outcome.ok ? toSuccess("CartRemoveCodeSuccess", outcome, context) : toUserError(cartRemoveCodeErrors, outcome.error);
    },
  },
  Cart: {
    codes: (cart: Cart, _args: unknown, { loaders }: OrdersContext) => loaders.codesOfCart.load(cart.id),
  },
};
