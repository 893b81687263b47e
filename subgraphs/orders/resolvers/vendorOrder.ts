import { graphMoney } from "#kit/graphMoney.ts";
import { type PageArgs, readPage, toConnection } from "#kit/page.ts";
import { can } from "#kit/viewer.ts";
import { decodeId, encodeId } from "#schema/values/ids.ts";
import type { OrdersContext } from "../context.ts";
import type { Order } from "../domain/order.ts";
import { FINAL_STATES, type OrderState, stateByUnits } from "../domain/orderState.ts";
import { tallyOf } from "../domain/afterSale/soldLine.ts";
import { type VendorOrder, vendorOrderCursor } from "../queries/afterSale/vendorSide.ts";

/** What this subgraph knows of a vendor. */
export interface VendorStub {
  /** UUID. */
  readonly vendorId: string;
}

/** Where the vendor's lines stand; an order that is not paid or was cancelled holds for all of them. */
async function stateOf(one: VendorOrder, { loaders }: OrdersContext): Promise<OrderState> {
  if (one.orderState === "PLACED" || one.orderState === "CANCELLED") return one.orderState;
  const sums = await loaders.unitsOfVendorOrder.load(one.id);
  return sums ? stateByUnits(tallyOf([sums])) : one.orderState;
}

export const vendorOrderResolvers = {
  Order: {
    // A buyer holds the order too, and need not know what the shop keeps.
    vendorOrders: (order: Order, _args: unknown, { loaders, viewer }: OrdersContext) => (can(viewer, "vendors.read") ? loaders.vendorOrdersOfOrder.load(order.id) : null),
  },
  Vendor: {
    __resolveReference({ id }: { id?: string }): VendorStub | null {
      const vendorId = id && decodeId("ven", id);
      return vendorId ? { vendorId } : null;
    },
    id: (vendor: VendorStub) => encodeId("ven", vendor.vendorId),
    async orders(vendor: VendorStub, args: PageArgs, { loaders }: OrdersContext) {
      const page = readPage(args, vendorOrderCursor);
      const rows = await loaders.vendorOrdersOfVendor.load({ key: vendor.vendorId, ...page });
      return toConnection(rows, page, (one: VendorOrder) => vendorOrderCursor.encode([one.sortKey, one.id]));
    },
    balance: async (vendor: VendorStub, { currency }: { currency: string | null }, { loaders }: OrdersContext) =>
      graphMoney(await loaders.balanceOfVendor.load({ vendorId: vendor.vendorId, currency: currency ?? "GBP" })),
  },
  VendorOrder: {
    id: (one: VendorOrder) => encodeId("vor", one.id),
    orderId: (one: VendorOrder) => encodeId("ord", one.orderId),
    state: (one: VendorOrder, _args: unknown, context: OrdersContext) => stateOf(one, context),
    lines: (one: VendorOrder, _args: unknown, { loaders }: OrdersContext) => loaders.linesOfVendorOrder.load(one.id),
    gross: (one: VendorOrder) => graphMoney(one.gross),
    discount: (one: VendorOrder) => graphMoney(one.discount),
    net: (one: VendorOrder) => graphMoney(one.net),
    commission: (one: VendorOrder) => graphMoney(one.commission),
    share: (one: VendorOrder) => graphMoney(one.share),
    reversed: (one: VendorOrder) => graphMoney(one.reversed),
    fulfilments: (one: VendorOrder, _args: unknown, { loaders }: OrdersContext) => loaders.fulfilmentsOfVendorOrder.load(one.id),
    async shipTo(one: VendorOrder, _args: unknown, context: OrdersContext) {
      const state = await stateOf(one, context);
      return FINAL_STATES.includes(state) || state === "PLACED" ? null : context.loaders.addressOfOrder.load(one.orderId);
    },
  },
};
