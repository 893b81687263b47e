import { badUserInput } from "#kit/errors.ts";
import { graphMoney } from "#kit/graphMoney.ts";
import { cursorOf, type PageArgs, readPage, toConnection } from "#kit/page.ts";
import { toUserError } from "#kit/userError.ts";
import { countryByCode, countryByLabel, UNSPECIFIED } from "#schema/values/countries.ts";
import { decodeId, encodeId } from "#schema/values/ids.ts";
import { times } from "#schema/values/money.ts";
import { orderCancel } from "../commands/orderCancel.ts";
import type { OrdersContext } from "../context.ts";
import type { Charge, Item, Order, OrderLine, Refund } from "../domain/order.ts";
import { NEXT_STATES } from "../domain/orderState.ts";
import { findVisibleOrder } from "../queries/afterSale/orders.ts";
import { getOrder, type ListedOrder, orderCursor } from "../queries/orders.ts";
import { orderCancelErrors } from "./errors/order.ts";
import { guestKeyOf } from "./refund.ts";
import { productRef, toInt, type UserStub, userRef, variantRef } from "./refs.ts";

interface OrderCancelInput { orderId: string; guestKey?: string | null; idempotencyKey: string; reason?: string | null }

const lineCursor = cursorOf("lines of an order", ["integer"]);
const DEFAULT_LINES = 50;

const itemResolvers = {
  quantity: (item: Item) => toInt(item.quantity),
  unitPrice: (item: Item) => graphMoney(item.unitPrice),
  amount: (item: Item) => graphMoney(times(item.unitPrice, item.quantity)),
};

async function findOrder(id: string | undefined, { loaders }: OrdersContext): Promise<Order | null> {
  const uuid = id && decodeId("ord", id);
  return uuid ? loaders.orderById.load(uuid) : null;
}

export const orderResolvers = {
  Query: {
    async order(_root: unknown, { id, number, guestKey }: { id?: string | null; number?: string | null; guestKey?: string | null }, context: OrdersContext) {
      if (id == null && number == null) throw badUserInput("Name the order by `id` or by `number`.", ["id"]);
      if (guestKey == null && number == null) return findOrder(id as string, context);
      const uuid = id == null ? undefined : decodeId("ord", id);
      if (id != null && uuid === undefined) return null;
      return (await findVisibleOrder(context.db, { id: uuid, number: number ?? undefined, guestKey: guestKeyOf(guestKey) }, context.viewer)) ?? null;
    },
  },
  Mutation: {
    async orderCancel(_root: unknown, { input }: { input: OrderCancelInput }, context: OrdersContext) {
      const outcome = await orderCancel(context, { orderId: decodeId("ord", input.orderId), guestKey: guestKeyOf(input.guestKey), key: input.idempotencyKey, reason: input.reason ?? null });
      if (!outcome.ok) return toUserError(orderCancelErrors, outcome.error);
      const { orderId, refundId } = outcome.value;
      const refunds = await context.loaders.refundsOfOrder.load(orderId);
      return { __typename: "OrderCancelSuccess", order: await getOrder(context.db, orderId), refund: refunds.find((refund) => refund.id === refundId) ?? null };
    },
  },
  Order: {
    __resolveReference: ({ id }: { id?: string }, context: OrdersContext) => findOrder(id, context),
    id: (order: Order) => encodeId("ord", order.id),
    nextStates: (order: Order) => NEXT_STATES[order.state],
    country: ({ countryCode, countryLabel }: Order) =>
      (countryCode === null ? (countryLabel === null ? UNSPECIFIED : countryByLabel(countryLabel)) : (countryByCode(countryCode) ?? UNSPECIFIED)).name,
    currency: (order: Order) => order.total.currency,
    buyer: (order: Order) => userRef(order.userId),
    async lines(order: Order, args: PageArgs, { loaders }: OrdersContext) {
      const page = readPage(args, lineCursor, DEFAULT_LINES);
      const rows = await loaders.linesOfOrder.load({ key: order.id, ...page });
      return toConnection(rows, page, (line) => lineCursor.encode([String(line.position)]));
    },
    charges: (order: Order, _args: unknown, { loaders }: OrdersContext) => loaders.chargesOfOrder.load(order.id),
    total: (order: Order) => graphMoney(order.total),
    payments: (order: Order, _args: unknown, { loaders }: OrdersContext) => loaders.paymentsOfOrder.load(order.id),
    refunds: (order: Order, _args: unknown, { loaders }: OrdersContext) => loaders.refundsOfOrder.load(order.id),
  },
  OrderLine: {
    ...itemResolvers,
    id: (line: OrderLine) => encodeId("oln", line.id),
    variant: (line: OrderLine) => variantRef(line.variantId),
    product: (line: OrderLine) => productRef(line.productId),
    sku: (line: OrderLine) => line.code,
  },
  Charge: { ...itemResolvers, id: (charge: Charge) => encodeId("och", charge.id) },
  Refund: {
    id: (refund: Refund) => encodeId("rfd", refund.id),
    total: (refund: Refund) => graphMoney(refund.total),
  },
  User: {
    __resolveReference({ id }: { id?: string }): UserStub | null {
      const userId = id && decodeId("usr", id);
      return userId ? { userId } : null;
    },
    id: (user: UserStub) => encodeId("usr", user.userId),
    async orders(user: UserStub, args: PageArgs, { loaders }: OrdersContext) {
      const page = readPage(args, orderCursor);
      const rows = await loaders.ordersOfUser.load({ key: user.userId, ...page });
      return toConnection(rows, page, (order: ListedOrder) => orderCursor.encode([order.sortKey, order.id]));
    },
  },
};
