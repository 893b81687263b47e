import { graphMoney } from "#kit/graphMoney.ts";
import { can } from "#kit/viewer.ts";
import { sum, times } from "#schema/values/money.ts";
import type { OrdersContext } from "../context.ts";
import type { Order, OrderLine } from "../domain/order.ts";
import type { OrderDiscount, OrderTax } from "../queries/orderTotals.ts";

export const orderTotalsResolvers = {
  Order: {
    async totals(order: Order, _args: unknown, { loaders }: OrdersContext) {
      const totals = await loaders.totalsOfOrder.load(order.id);
      if (!totals) throw new Error(`order ${order.id} has no totals`);
      const { parts } = totals;
      return {
        subtotal: parts && graphMoney(parts.subtotal), discount: parts && graphMoney(parts.discount), shipping: parts && graphMoney(parts.shipping), tax: parts && graphMoney(parts.tax),
        taxIncluded: parts && graphMoney(parts.taxIncluded), total: graphMoney(totals.total), paid: graphMoney(totals.paid), refunded: graphMoney(totals.refunded), due: graphMoney(totals.due),
      };
    },
    discounts: (order: Order, _args: unknown, { loaders }: OrdersContext) => loaders.discountsOfOrder.load(order.id),
    taxes: (order: Order, _args: unknown, { loaders }: OrdersContext) => loaders.taxesOfOrder.load(order.id),
    // A guest's order is shown to guests by a secret alone; a vendor who sees some of an order does not see whose it is.
    contact: (order: Order, _args: unknown, { loaders, viewer }: OrdersContext) => (can(viewer, "orders.read") || order.userId === viewer.userId ? loaders.contactOfOrder.load(order.id) : null),
  },
  OrderLine: {
    discount: (line: OrderLine) => graphMoney(line.discount),
    tax: (line: OrderLine) => graphMoney(line.tax),
    taxIncluded: (line: OrderLine) => graphMoney(line.taxIncluded),
    total(line: OrderLine) {
      const amount = times(line.unitPrice, line.quantity);
      const parts = [amount, { ...line.discount, units: -line.discount.units }, line.tax];
      const exact = sum(parts, amount.currency);
      return graphMoney(exact);
    },
  },
  OrderDiscount: { amount: (discount: OrderDiscount) => graphMoney(discount.amount) },
  OrderTax: { base: (tax: OrderTax) => graphMoney(tax.base), amount: (tax: OrderTax) => graphMoney(tax.amount) },
};
