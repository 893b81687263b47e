import { byKey, manyByKey } from "#kit/batch.ts";
import type { Database } from "#platform/db/database.ts";
import { listOrderContacts, listOrderDiscounts, listOrderTaxes, listOrderTotals } from "../queries/orderTotals.ts";
import { listPaymentEvents } from "../queries/paymentEvents.ts";

/** Parts of an order and of its payments, asked for by whoever holds the order. */
export function paymentLoaders(db: Database) {
  return {
    totalsOfOrder: byKey({ load: (ids) => listOrderTotals(db, ids), keyOf: (totals) => totals.orderId }),
    discountsOfOrder: manyByKey({ load: (ids) => listOrderDiscounts(db, ids), keyOf: (discount) => discount.orderId }),
    taxesOfOrder: manyByKey({ load: (ids) => listOrderTaxes(db, ids), keyOf: (tax) => tax.orderId }),
    contactOfOrder: byKey({ load: (ids) => listOrderContacts(db, ids), keyOf: (contact) => contact.orderId }),
    eventsOfPayment: manyByKey({ load: (ids) => listPaymentEvents(db, ids), keyOf: (event) => event.paymentId }),
  };
}
