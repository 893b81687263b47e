import { badUserInput } from "#kit/errors.ts";
import { toUserError } from "#kit/userError.ts";
import { countryByCode } from "#schema/values/countries.ts";
import { decodeId } from "#schema/values/ids.ts";
import { cartCreate } from "../commands/cartCreate.ts";
import { cartLinesSet } from "../commands/cartLinesSet.ts";
import { checkoutComplete } from "../commands/checkoutComplete.ts";
import { orderCancel } from "../commands/orderCancel.ts";
import type { OrdersContext } from "../context.ts";
import { getOrder } from "../queries/orders.ts";
import { cartCreateErrors, cartLinesSetErrors, checkoutErrors, orderCancelErrors } from "./userErrors.ts";

interface CartCreateInput { currency?: string | null; countryCode?: string | null }
interface CartLinesSetInput { cartId: string; lines: { variantId: string; quantity: number }[] }
interface CheckoutCompleteInput { cartId: string; idempotencyKey: string; expectedTotal?: string | null; paymentToken?: string | null }
interface OrderCancelInput { orderId: string; idempotencyKey: string; reason?: string | null }

const MAX_TOKEN = 200;

export const mutationResolvers = {
  async cartCreate(_root: unknown, { input }: { input?: CartCreateInput | null }, context: OrdersContext) {
    const countryCode = input?.countryCode ?? null;
    if (countryCode !== null && !countryByCode(countryCode)) throw badUserInput(`"${countryCode}" is the code of no country.`, ["input", "countryCode"]);
    const outcome = await cartCreate(context, { currency: input?.currency ?? "GBP", countryCode });
    return outcome.ok ? { __typename: "CartCreateSuccess", cart: outcome.value } : toUserError(cartCreateErrors, outcome.error);
  },

  async cartLinesSet(_root: unknown, { input }: { input: CartLinesSetInput }, context: OrdersContext) {
    const lines = input.lines.map(({ variantId, quantity }) => ({ apiId: variantId, variantId: decodeId("var", variantId), quantity }));
    const outcome = await cartLinesSet(context, { cartId: decodeId("crt", input.cartId), lines });
    return outcome.ok ? { __typename: "CartLinesSetSuccess", cart: outcome.value } : toUserError(cartLinesSetErrors, outcome.error);
  },

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

  async orderCancel(_root: unknown, { input }: { input: OrderCancelInput }, context: OrdersContext) {
    const outcome = await orderCancel(context, { orderId: decodeId("ord", input.orderId), key: input.idempotencyKey, reason: input.reason ?? null });
    if (!outcome.ok) return toUserError(orderCancelErrors, outcome.error);
    const { orderId, refundId } = outcome.value;
    const refunds = await context.loaders.refundsOfOrder.load(orderId);
    return { __typename: "OrderCancelSuccess", order: await getOrder(context.db, orderId), refund: refunds.find((refund) => refund.id === refundId) ?? null };
  },
};
