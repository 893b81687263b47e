import { badUserInput } from "#kit/errors.ts";
import { graphMoney } from "#kit/graphMoney.ts";
import { toUserError } from "#kit/userError.ts";
import { decodeId } from "#schema/values/ids.ts";
import { orderLinesCancel, type StoredGiveback } from "../commands/afterSale/orderLinesCancel.ts";
import { refundCreate } from "../commands/afterSale/refundCreate.ts";
import type { OrdersContext } from "../context.ts";
import type { Refund } from "../domain/order.ts";
import type { RefundDetails, RefundLine } from "../queries/afterSale/refundParts.ts";
import { getOrder } from "../queries/orders.ts";
import { linesCancelErrors, refundCreateErrors } from "./errors/refund.ts";
import { askedLines, type LineQuantityInput } from "./fulfilment.ts";
import { toInt } from "./refs.ts";

interface LinesCancelInput { orderId: string; guestKey?: string | null; lines: LineQuantityInput[]; reason?: string | null; idempotencyKey: string }
interface CreateInput { orderId: string; amount?: string | null; lines?: LineQuantityInput[] | null; shipping?: boolean | null; reason?: string | null; idempotencyKey: string }

/** The id of a cart as a guest's proof; an id of another kind proves nothing. */
export const guestKeyOf = (key: string | null | undefined) => (key == null ? undefined : decodeId("crt", key));

export async function answerWithRefund(type: string, { orderId, refundId }: StoredGiveback, { db, loaders }: OrdersContext) {
  const refunds = refundId === null ? [] : await loaders.refundsOfOrder.load(orderId);
  return { __typename: type, order: await getOrder(db, orderId), refund: refunds.find((refund) => refund.id === refundId) ?? null };
}

const details = (refund: Refund, { loaders }: OrdersContext) => loaders.detailsOfRefund.load(refund.id) as Promise<RefundDetails>;

export const refundResolvers = {
  Mutation: {
    async orderLinesCancel(_root: unknown, { input }: { input: LinesCancelInput }, context: OrdersContext) {
      const outcome = await orderLinesCancel(context, {
        orderId: decodeId("ord", input.orderId), guestKey: guestKeyOf(input.guestKey), lines: askedLines(input.lines), reason: input.reason ?? null, key: input.idempotencyKey,
      });
      return outcome.ok ? answerWithRefund("OrderLinesCancelSuccess", outcome.value, context) : toUserError(linesCancelErrors, outcome.error);
    },
    async refundCreate(_root: unknown, { input }: { input: CreateInput }, context: OrdersContext) {
      const [lines, shipping, amount] = [input.lines ?? [], input.shipping ?? false, input.amount ?? null];
      if ((amount === null) === (lines.length === 0 && !shipping)) throw badUserInput("Give either `amount`, or `lines` and `shipping`.", ["input"]);
      const outcome = await refundCreate(context, {
        orderId: decodeId("ord", input.orderId), amount, lines: lines.length === 0 ? [] : askedLines(lines), shipping, reason: input.reason ?? null, key: input.idempotencyKey,
      });
      return outcome.ok ? answerWithRefund("RefundCreateSuccess", outcome.value, context) : toUserError(refundCreateErrors, outcome.error);
    },
  },
  Refund: {
    state: async (refund: Refund, _args: unknown, context: OrdersContext) => (await details(refund, context)).state,
    cause: async (refund: Refund, _args: unknown, context: OrdersContext) => (await details(refund, context)).cause,
    tax: async (refund: Refund, _args: unknown, context: OrdersContext) => graphMoney((await details(refund, context)).tax),
    shipping: async (refund: Refund, _args: unknown, context: OrdersContext) => graphMoney((await details(refund, context)).shipping),
    lines: (refund: Refund, _args: unknown, { loaders }: OrdersContext) => loaders.linesOfRefund.load(refund.id),
  },
  RefundLine: {
    quantity: (line: RefundLine) => toInt(line.quantity),
    amount: (line: RefundLine) => graphMoney(line.amount),
  },
};
