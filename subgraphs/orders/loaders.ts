import type { RequestInfo } from "#kit/subgraph.ts";
import type { Database } from "#platform/db/database.ts";
import { afterSaleLoaders } from "./loaders/afterSale.ts";
import { cartLoaders } from "./loaders/cart.ts";
import { checkoutLoaders } from "./loaders/checkout.ts";
import { orderLoaders } from "./loaders/order.ts";
import { paymentLoaders } from "./loaders/payment.ts";
import { promotionLoaders } from "./loaders/promotion.ts";
import { vendorOrderLoaders } from "./loaders/vendorOrder.ts";
import { webhookEndpointLoaders } from "./loaders/webhookEndpoint.ts";

export type OrdersLoaders = ReturnType<typeof makeLoaders>;

/** Loaders of one request, area by area. */
export function makeLoaders({ db }: { db: Database }, { viewer }: RequestInfo) {
  return {
    ...orderLoaders(db, viewer),
    ...cartLoaders(db, viewer),
    ...checkoutLoaders(db, viewer),
    ...paymentLoaders(db),
    ...afterSaleLoaders(db, viewer),
    ...promotionLoaders(db),
    ...vendorOrderLoaders(db),
    ...webhookEndpointLoaders(db),
  };
}
