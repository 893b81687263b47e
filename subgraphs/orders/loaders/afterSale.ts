import { byKey, manyByKey, pagedByKey } from "#kit/batch.ts";
import { can, type Viewer } from "#kit/viewer.ts";
import type { Database } from "#platform/db/database.ts";
import { listAllocations } from "../queries/afterSale/allocations.ts";
import { listFulfilmentLines, listFulfilments } from "../queries/afterSale/fulfilments.ts";
import { listLinesByIds, listUnitsOfLines, listUnitsOfOrders } from "../queries/afterSale/lineUnits.ts";
import { listRefundDetails, listRefundLines } from "../queries/afterSale/refundParts.ts";
import { listOrdersByIds, listReturnLines, listReturns } from "../queries/afterSale/returns.ts";
import { listOrderEvents } from "../queries/afterSale/timeline.ts";

/** Parts of orders: asked for by whoever holds the order or the vendor order. */
export function afterSaleLoaders(db: Database, viewer: Viewer) {
  return {
    fulfilmentsOfOrder: manyByKey({ load: (ids) => listFulfilments(db, ids), keyOf: (parcel) => parcel.orderId }),
    linesOfFulfilment: manyByKey({ load: (ids) => listFulfilmentLines(db, ids), keyOf: (line) => line.fulfilmentId }),
    orderLineById: byKey({ load: (ids) => listLinesByIds(db, ids), keyOf: (line) => line.id }),
    /** For people of the shop. */
    allocationsOfLine: manyByKey({ load: (ids) => listAllocations(db, ids), keyOf: (part) => part.lineId }),
    unitsOfLine: byKey({ load: (ids) => listUnitsOfLines(db, ids), keyOf: (line) => line.lineId }),
    unitsOfOrder: byKey({ load: (ids) => listUnitsOfOrders(db, ids), keyOf: (sums) => sums.orderId }),
    detailsOfRefund: byKey({ load: (ids) => listRefundDetails(db, ids), keyOf: (refund) => refund.refundId }),
    linesOfRefund: manyByKey({ load: (ids) => listRefundLines(db, ids), keyOf: (line) => line.refundId }),
    eventsOfOrder: pagedByKey({
      load: (ids, limit, after: [string, string] | undefined) => listOrderEvents(db, ids, can(viewer, "orders.read"), limit + 1, after),
      keyOf: (event) => event.orderId,
    }),
    returnsOfOrder: manyByKey({ load: (ids) => listReturns(db, ids), keyOf: (one) => one.orderId }),
    linesOfReturn: manyByKey({ load: (ids) => listReturnLines(db, ids), keyOf: (line) => line.returnId }),
    /** An order that something names which the viewer may see. */
    linkedOrder: byKey({ load: (ids) => listOrdersByIds(db, ids), keyOf: (order) => order.id }),
  };
}
