import type DataLoader from "dataloader";
import { byKey, manyByKey, pagedByKey } from "#kit/batch.ts";
import type { RequestInfo } from "#kit/subgraph.ts";
import type { Database } from "#platform/db/database.ts";
import { maySeeCart, type SellableVariant } from "./domain/cart.ts";
import { listCartLines, listCartsByIds } from "./queries/carts.ts";
import { listSellable } from "./queries/catalogue.ts";
import { listCharges, listOrderLines, listPayments, listRefunds } from "./queries/orderParts.ts";
import { listOrdersOfUsers, listVisibleOrders } from "./queries/orders.ts";

export type OrdersLoaders = ReturnType<typeof makeLoaders>;

/**
 * Loaders of one request. Orders and carts the viewer may not see are not there; parts of an order are asked for by whoever holds
 * the order.
 */
export function makeLoaders({ db }: { db: Database }, { viewer }: RequestInfo) {
  const sellable = new Map<string, DataLoader<string, SellableVariant | null>>();
  return {
    orderById: byKey({ load: (ids) => listVisibleOrders(db, ids, viewer), keyOf: (order) => order.id }),
    ordersOfUser: pagedByKey({
      load: (ids, limit, after: [string, string] | undefined) => listOrdersOfUsers(db, ids, limit + 1, after),
      keyOf: (order) => order.userId ?? "",
    }),
    linesOfOrder: pagedByKey({
      load: (ids, limit, after: [string] | undefined) => listOrderLines(db, ids, limit + 1, Number(after?.[0] ?? 0)),
      keyOf: (line) => line.orderId,
    }),
    chargesOfOrder: manyByKey({ load: (ids) => listCharges(db, ids), keyOf: (charge) => charge.orderId }),
    paymentsOfOrder: manyByKey({ load: (ids) => listPayments(db, ids), keyOf: (payment) => payment.orderId }),
    refundsOfOrder: manyByKey({ load: (ids) => listRefunds(db, ids), keyOf: (refund) => refund.orderId }),
    cartById: byKey({ load: async (ids) => (await listCartsByIds(db, ids)).filter((cart) => maySeeCart(cart, viewer)), keyOf: (cart) => cart.id }),
    linesOfCart: manyByKey({ load: (ids) => listCartLines(db, ids), keyOf: (line) => line.cartId }),
    /** What a variant costs now in a currency; null when it cannot be bought. */
    sellableIn(currency: string): DataLoader<string, SellableVariant | null> {
      const loader = sellable.get(currency) ?? byKey({ load: (ids) => listSellable(db, ids, currency), keyOf: (variant) => variant.variantId });
      sellable.set(currency, loader);
      return loader;
    },
  };
}
