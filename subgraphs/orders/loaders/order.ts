import { byKey, manyByKey, pagedByKey } from "#kit/batch.ts";
import type { Viewer } from "#kit/viewer.ts";
import type { Database } from "#platform/db/database.ts";
import { listCharges, listOrderLines, listPayments, listRefunds } from "../queries/orderParts.ts";
import { listOrdersOfUsers, listVisibleOrders } from "../queries/orders.ts";

/** Orders the viewer may not see are not there; parts of an order are asked for by whoever holds the order. */
export function orderLoaders(db: Database, viewer: Viewer) {
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
  };
}
