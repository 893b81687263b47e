import { type PageArgs, readPage, toConnection } from "#kit/page.ts";
import { toUserError } from "#kit/userError.ts";
import { decodeId, encodeId } from "#schema/values/ids.ts";
import { returnReceive, returnResolve } from "../commands/afterSale/returnResolve.ts";
import { returnRequest } from "../commands/afterSale/returnRequest.ts";
import type { OrdersContext } from "../context.ts";
import { type Return, RETURN_STATES, type ReturnLine, type ReturnState } from "../domain/afterSale/return.ts";
import type { Order } from "../domain/order.ts";
import { listQueue, queueCursor } from "../queries/afterSale/returnQueue.ts";
import { findReturn } from "../queries/afterSale/returns.ts";
import { getOrder } from "../queries/orders.ts";
import { returnMoveErrors, returnRequestErrors, returnResolveErrors } from "./errors/return.ts";
import { askedLines } from "./fulfilment.ts";
import { guestKeyOf } from "./refund.ts";
import { toInt, variantRef } from "./refs.ts";

interface RequestInput {
  orderId: string; guestKey?: string | null; lines: { lineId: string; quantity: number; reason?: string | null }[]; exchange?: { variantId: string } | null; idempotencyKey: string;
}
interface ResolveInput { returnId: string; verdict: "APPROVE" | "REJECT"; restock?: boolean | null; refundShipping?: boolean | null; note?: string | null; idempotencyKey: string }

async function answerWith(type: string, returnId: string, { db }: OrdersContext) {
  const found = (await findReturn(db, returnId)) as Return;
  return { __typename: type, return: found, order: await getOrder(db, found.orderId) };
}

export const returnResolvers = {
  Query: {
    async returns(_root: unknown, args: PageArgs & { state?: ReturnState | null }, { db }: OrdersContext) {
      const page = readPage(args, queueCursor);
      const rows = await listQueue(db, args.state == null ? RETURN_STATES : [args.state], page.limit + 1, page.after);
      return toConnection(rows, page, (one) => queueCursor.encode([one.sortKey, one.id]));
    },
  },
  Mutation: {
    async returnRequest(_root: unknown, { input }: { input: RequestInput }, context: OrdersContext) {
      const { exchange } = input;
      const outcome = await returnRequest(context, {
        orderId: decodeId("ord", input.orderId), guestKey: guestKeyOf(input.guestKey), key: input.idempotencyKey,
        lines: askedLines(input.lines).map((line, index) => ({ ...line, reason: input.lines[index]?.reason ?? null })),
        exchange: exchange ? { apiId: exchange.variantId, variantId: decodeId("var", exchange.variantId) } : null,
      });
      return outcome.ok ? answerWith("ReturnRequestSuccess", outcome.value.returnId, context) : toUserError(returnRequestErrors, outcome.error);
    },
    async returnResolve(_root: unknown, { input }: { input: ResolveInput }, context: OrdersContext) {
      const outcome = await returnResolve(context, {
        returnId: decodeId("ret", input.returnId), verdict: input.verdict, restock: input.restock ?? true, refundShipping: input.refundShipping ?? false,
        note: input.note ?? null, key: input.idempotencyKey,
      });
      return outcome.ok ? answerWith("ReturnResolveSuccess", outcome.value.returnId, context) : toUserError(returnResolveErrors, outcome.error);
    },
    async returnReceive(_root: unknown, { returnId }: { returnId: string }, context: OrdersContext) {
      const outcome = await returnReceive(context, decodeId("ret", returnId));
      return outcome.ok ? answerWith("ReturnReceiveSuccess", outcome.value.id, context) : toUserError(returnMoveErrors(["returnId"]), outcome.error);
    },
  },
  Order: {
    returns: (order: Order, _args: unknown, { loaders }: OrdersContext) => loaders.returnsOfOrder.load(order.id),
  },
  Return: {
    id: (one: Return) => encodeId("ret", one.id),
    order: (one: Return, _args: unknown, { loaders }: OrdersContext) => loaders.linkedOrder.load(one.orderId),
    lines: (one: Return, _args: unknown, { loaders }: OrdersContext) => loaders.linesOfReturn.load(one.id),
    exchangeVariant: (one: Return) => one.exchangeVariantId && variantRef(one.exchangeVariantId),
    replacement: (one: Return, _args: unknown, { loaders }: OrdersContext) => one.exchangeOrderId && loaders.linkedOrder.load(one.exchangeOrderId),
    async refund(one: Return, _args: unknown, { loaders }: OrdersContext) {
      return one.refundId && ((await loaders.refundsOfOrder.load(one.orderId)).find((refund) => refund.id === one.refundId) ?? null);
    },
    restock: (one: Return) => one.isRestocked,
  },
  ReturnLine: {
    line: (line: ReturnLine, _args: unknown, { loaders }: OrdersContext) => loaders.orderLineById.load(line.lineId),
    quantity: (line: ReturnLine) => toInt(line.quantity),
  },
};
