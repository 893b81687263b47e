import { graphMoney } from "#kit/graphMoney.ts";
import { type Renderers, toUserError } from "#kit/userError.ts";
import { decodeId, encodeId } from "#schema/values/ids.ts";
import { type InvoiceRefusal, orderInvoice } from "../commands/afterSale/orderInvoice.ts";
import type { OrdersContext } from "../context.ts";
import type { Invoice } from "../queries/afterSale/invoices.ts";
import { orderNotFound } from "./errors/afterSale.ts";
import { printInvoice } from "./printInvoice.ts";
import { guestKeyOf } from "./refund.ts";

const invoiceErrors: Renderers<InvoiceRefusal> = {
  ORDER_NOT_FOUND: orderNotFound,
  ORDER_NOT_INVOICEABLE: ({ state }) => ({
    message: state === "CANCELLED" ? "The order was cancelled before anything was paid: there is nothing to invoice." : "The order is not paid yet: its invoice is issued once it is.",
    path: ["input", "orderId"], fields: { state },
  }),
  TOO_MANY_INVOICE_LINES: ({ limit }) => ({ message: `An invoice has at most ${limit} lines.`, path: ["input", "orderId"], fields: { limit } }),
};

export const invoiceResolvers = {
  Mutation: {
    async orderInvoice(_root: unknown, { input }: { input: { orderId: string; guestKey?: string | null } }, context: OrdersContext) {
      const outcome = await orderInvoice(context, { orderId: decodeId("ord", input.orderId), guestKey: guestKeyOf(input.guestKey) });
      if (!outcome.ok) return toUserError(invoiceErrors, outcome.error);
      return {
        __typename: "OrderInvoiceSuccess", invoice: outcome.value.find((one) => one.kind === "INVOICE"), creditNotes: outcome.value.filter((one) => one.kind === "CREDIT_NOTE"),
      };
    },
  },
  Invoice: {
    id: (invoice: Invoice) => encodeId("inv", invoice.id),
    total: (invoice: Invoice) => graphMoney(invoice.total),
    pdf: async (invoice: Invoice) => (await printInvoice(invoice.document)).toString("base64"),
  },
};
