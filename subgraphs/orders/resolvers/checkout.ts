import { badUserInput } from "#kit/errors.ts";
import { toUserError } from "#kit/userError.ts";
import { decodeId } from "#schema/values/ids.ts";
import { checkoutComplete } from "../commands/checkoutComplete.ts";
import type { OrdersContext } from "../context.ts";
import { checkoutErrors } from "./errors/checkout.ts";

interface CheckoutCompleteInput { cartId: string; idempotencyKey: string; expectedTotal?: string | null; paymentToken?: string | null }

const MAX_TOKEN = 200;

export const checkoutResolvers = {
  Mutation: {
    async checkoutComplete(_root: unknown, { input }: { input: CheckoutCompleteInput }, context: OrdersContext) {
      const token = input.paymentToken ?? null;
      if (token !== null && !/^[\x21-\x7e]+$/.test(token.slice(0, MAX_TOKEN + 1)) || (token?.length ?? 0) > MAX_TOKEN) {
        throw badUserInput(`\`paymentToken\` must have 1 to ${MAX_TOKEN} printable ASCII characters.`, ["input", "paymentToken"]);
      }
      const outcome = await checkoutComplete(context, {
        cartId: decodeId("crt", input.cartId), key: input.idempotencyKey, expectedTotal: input.expectedTotal ?? undefined, paymentToken: token,
      });
      return outcome.ok ? { __typename: "CheckoutCompleteSuccess", order: outcome.value } : toUserError(checkoutErrors, outcome.error);
    },
  },
};
