import { allow, type Guards } from "#kit/guard.ts";

export const invoiceGuards: Guards = {
  Mutation: { orderInvoice: allow },
  Invoice: allow,
  OrderInvoiceSuccess: allow,
  OrderNotInvoiceable: allow,
  TooManyInvoiceLines: allow,
};
