import { money, times, toDecimal } from "#schema/values/money.ts";
import type { Result } from "#schema/values/result.ts";
import { actorOf, type Commanded } from "../../context.ts";
import { type InvoiceDocument, type InvoiceKind, invoiceNumber } from "../../domain/afterSale/invoice.ts";
import type { Order } from "../../domain/order.ts";
import type { OrderState } from "../../domain/orderState.ts";
import { findContact, getParts, getSeller, insertInvoice, type Invoice, listInvoices, listTaxes, listUncredited, takeInvoiceSerial } from "../../queries/afterSale/invoices.ts";
import { findOrderOfCallerForUpdate, type OrderOfCaller } from "../../queries/afterSale/orders.ts";
import { listRefundLines } from "../../queries/afterSale/refundParts.ts";
import { tellOfOrder } from "../../queries/orderEvents.ts";
import { listCharges, listOrderLines, listPayments } from "../../queries/orderParts.ts";
import { inOneGo, refuse } from "./once.ts";
import type { Tx } from "#platform/db/database.ts";

export type InvoiceRefusal = { code: "ORDER_NOT_FOUND" } | { code: "ORDER_NOT_INVOICEABLE"; state: OrderState } | { code: "TOO_MANY_INVOICE_LINES"; limit: number };

/** Most lines that are printed: keeps a document within what an answer may carry. */
const MAX_LINES = 500;

/**
 * The invoice of a paid order with a credit note for each of its refunds. Issued when they are first asked for, and the same ever
 * after: number, date and content are kept.
 */
export function orderInvoice(parts: Commanded, asked: OrderOfCaller): Promise<Result<Invoice[], InvoiceRefusal>> {
  return inOneGo(parts, async (tx) => {
    const order = await findOrderOfCallerForUpdate(tx, asked, parts.viewer, "orders.read");
    if (!order) return refuse({ code: "ORDER_NOT_FOUND" });
    const known = await listInvoices(tx, order.id);
    const refunds = await listUncredited(tx, order.id);
    const [isInvoiced, at] = [known.some((one) => one.kind === "INVOICE"), parts.clocks.business.now()];
    if (isInvoiced && refunds.length === 0) return known;
    if (!isInvoiced && (order.state === "PLACED" || (await wasNeverPaid(tx, order)))) refuse({ code: "ORDER_NOT_INVOICEABLE", state: order.state });
    const shared = await sharedParts(tx, order);
    const issue = async (kind: InvoiceKind, refundId: string | null, units: bigint, content: Pick<InvoiceDocument, "lines" | "taxes" | "totals" | "payments">) => {
      const year = at.getUTCFullYear();
      const serial = await takeInvoiceSerial(tx, kind, year);
      const number = invoiceNumber(kind === "INVOICE" ? shared.prefixes.invoice : shared.prefixes.creditNote, year, serial);
      const document: InvoiceDocument = { title: kind === "INVOICE" ? "Invoice" : "Credit note", number, issuedOn: day(at), ...shared.heads, ...content };
      const made = await insertInvoice(tx, { kind, year, serial, number, orderId: order.id, refundId, total: { ...order.total, units }, issuedAt: at, document });
      await tellOfOrder(tx, order.id, "InvoiceIssued", {
        orderId: order.id, number: order.number, userId: order.userId, invoiceId: made.id, invoiceNumber: number, kind, total: toDecimal(made.total), currency: order.total.currency,
      }, at, actorOf(parts.viewer));
    };
    if (!isInvoiced) await issue("INVOICE", null, order.total.units, await contentOfOrder(tx, order));
    const lines = Map.groupBy(await listRefundLines(tx, refunds.map((refund) => refund.id)), (line) => line.refundId);
    for (const refund of refunds) {
      const amount = (units: bigint) => toDecimal({ ...order.total, units });
      await issue("CREDIT_NOTE", refund.id, refund.total_units, {
        lines: (lines.get(refund.id) ?? []).map((line) => ({ code: line.code, name: line.name, quantity: line.quantity.toString(), unitPrice: "", amount: toDecimal(line.amount) })),
        taxes: [], payments: [`Refund ${refund.number} of ${day(refund.refunded_at)}`],
        totals: [...(refund.tax_units > 0n ? [{ label: "Tax in it", amount: amount(refund.tax_units) }] : []), { label: "Total given back", amount: amount(refund.total_units) }],
      });
    }
    return listInvoices(tx, order.id);
  });
}

/** Called off before anything of it was taken: it was never sold. */
async function wasNeverPaid(tx: Tx, order: Order): Promise<boolean> {
  const payments = order.state === "CANCELLED" ? await listPayments(tx, [order.id]) : [];
  return payments.length > 0 && payments.every((payment) => payment.amount.units === 0n);
}

const day = (at: Date) => at.toISOString().slice(0, 10);

async function sharedParts(tx: Tx, order: Order) {
  const [seller, contact] = [await getSeller(tx), await findContact(tx, order.id)];
  const lines = (...texts: (string | null | undefined)[]) => texts.filter((text): text is string => Boolean(text));
  return {
    prefixes: { invoice: seller.invoice_prefix, creditNote: seller.credit_note_prefix },
    heads: {
      orderNumber: order.number, placedOn: day(order.placedAt), currency: order.total.currency,
      seller: lines(seller.name, seller.line1, seller.city, seller.country_code, seller.tax_number && `Tax number ${seller.tax_number}`),
      buyer: contact ? lines(contact.name, contact.line1, contact.line2, [contact.postal_code, contact.city].filter(Boolean).join(" "), contact.country_code) : [],
    },
  };
}

async function contentOfOrder(tx: Tx, order: Order): Promise<Pick<InvoiceDocument, "lines" | "taxes" | "totals" | "payments">> {
  const items = [...(await listOrderLines(tx, [order.id], MAX_LINES + 1, 0)), ...(await listCharges(tx, [order.id]))];
  if (items.length > MAX_LINES) refuse({ code: "TOO_MANY_INVOICE_LINES", limit: MAX_LINES });
  const [parts, taxes, payments] = [await getParts(tx, order.id), await listTaxes(tx, order.id), await listPayments(tx, [order.id])];
  const amount = (units: bigint) => toDecimal({ ...order.total, units });
  const part = (label: string, units: bigint | null, sign = 1n) => (units ? [{ label, amount: amount(sign * units) }] : []);
  return {
    lines: items.map((item) => ({ code: item.code, name: item.name, quantity: item.quantity.toString(), unitPrice: toDecimal(item.unitPrice), amount: toDecimal(times(item.unitPrice, item.quantity)) })),
    taxes: taxes.map((tax) => ({ name: tax.name, rate: toDecimal(money(BigInt(tax.rate_bps), order.total.currency, 2)), base: amount(tax.base_units), tax: amount(tax.tax_units), isIncluded: tax.is_included })),
    totals: [
      ...part("Subtotal", parts.subtotal_units), ...part("Discounts", parts.discount_units, -1n), ...part("Postage", parts.shipping_units), ...part("Tax", parts.tax_units),
      { label: "Total", amount: amount(order.total.units) },
    ],
    payments: payments.filter((payment) => payment.amount.units > 0n).map((payment) => `Paid ${toDecimal(payment.amount)} ${order.total.currency} on ${day(payment.paidAt)}`),
  };
}
