import { money, type Money } from "#schema/values/money.ts";
import type { Reader, Tx } from "#platform/db/database.ts";
import { query, type RowOf } from "#platform/db/query.ts";
import type { InvoiceDocument, InvoiceKind } from "../../domain/afterSale/invoice.ts";

export interface Invoice {
  readonly id: string;
  readonly orderId: string;
  readonly kind: InvoiceKind;
  readonly number: string;
  readonly total: Money;
  readonly issuedAt: Date;
  readonly document: InvoiceDocument;
}

const COLUMNS = "i.id, i.order_id, i.kind, i.number, i.total_units, i.currency, i.exponent, i.issued_at, i.document";
const row = { id: "uuid", order_id: "uuid", kind: "text", number: "text", total_units: "int8", currency: "text", exponent: "int2", issued_at: "timestamptz", document: "jsonb" } as const;

function toInvoice(found: RowOf<typeof row>): Invoice {
  return {
    id: found.id, orderId: found.order_id, kind: found.kind as InvoiceKind, number: found.number, total: money(found.total_units, found.currency, found.exponent),
    issuedAt: found.issued_at, document: found.document as InvoiceDocument,
  };
}

// Whoever issues at the same time waits here for the number before: there is no gap when one of them fails.
const takeSerial = query({
  name: "orders.takeInvoiceSerial",
  text: `insert into orders.invoice_counters as c (kind, year, last) values ($1, $2, 1) on conflict (kind, year) do update set last = c.last + 1 returning c.last`,
  params: ["text", "int4"],
  row: { last: "int8" },
  budget: { access: "write", maxRows: 1 },
});

const insert = query({
  name: "orders.insertInvoice",
  text: `insert into orders.invoices as i (kind, year, serial, number, order_id, refund_id, total_units, currency, exponent, issued_at, document)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) returning ${COLUMNS}`,
  params: ["text", "int4", "int8", "text", "uuid", "uuid?", "int8", "text", "int2", "timestamptz", "jsonb"],
  row,
  budget: { access: "write", maxRows: 1 },
});

const ofOrder = query({
  name: "orders.invoicesOfOrder",
  text: `select ${COLUMNS} from orders.invoices i where i.order_id = $1 order by i.kind desc, i.serial limit 101`,
  params: ["uuid"],
  row,
  budget: { access: "index", maxRows: 101 },
});

const seller = query({
  name: "orders.seller",
  text: "select s.name, s.line1, s.city, s.country_code, s.tax_number, s.invoice_prefix, s.credit_note_prefix from orders.seller s where s.is_only",
  params: [],
  row: { name: "text", line1: "text", city: "text", country_code: "text", tax_number: "text?", invoice_prefix: "text", credit_note_prefix: "text" },
  budget: { access: "scan", maxRows: 1 },
});

const contact = query({
  name: "orders.contactOfInvoice",
  text: "select c.name, c.line1, c.line2, c.city, c.postal_code, c.country_code from orders.order_contacts c where c.order_id = $1",
  params: ["uuid"],
  row: { name: "text?", line1: "text?", line2: "text?", city: "text?", postal_code: "text?", country_code: "text?" },
  budget: { access: "index", maxRows: 1 },
});

const parts = query({
  name: "orders.partsOfInvoice",
  text: "select o.subtotal_units, o.discount_units, o.shipping_units, o.tax_units from orders.orders o where o.id = $1",
  params: ["uuid"],
  row: { subtotal_units: "int8?", discount_units: "int8?", shipping_units: "int8?", tax_units: "int8?" },
  budget: { access: "index", maxRows: 1 },
});

const taxes = query({
  name: "orders.taxesOfInvoice",
  text: `select t.name, t.rate_bps, t.is_included, sum(t.base_units)::int8 as base_units, sum(t.tax_units)::int8 as tax_units from orders.order_taxes t
    where t.order_id = $1 group by t.name, t.rate_bps, t.is_included order by t.rate_bps desc, t.name`,
  params: ["uuid"],
  row: { name: "text", rate_bps: "int4", is_included: "bool", base_units: "int8", tax_units: "int8" },
  budget: { access: "index", maxRows: 100 },
});

const uncredited = query({
  name: "orders.refundsWithoutCreditNote",
  text: `select r.id, r.number, r.total_units, r.tax_units, r.refunded_at from orders.refunds r
    where r.order_id = $1 and not exists (select 1 from orders.invoices i where i.refund_id = r.id) order by r.refunded_at, r.id limit 100`,
  params: ["uuid"],
  row: { id: "uuid", number: "text", total_units: "int8", tax_units: "int8", refunded_at: "timestamptz" },
  budget: { access: "index", maxRows: 100 },
});

export async function takeInvoiceSerial(tx: Tx, kind: InvoiceKind, year: number): Promise<bigint> {
  return (await tx.one(takeSerial, [kind, year])).last;
}

export async function insertInvoice(tx: Tx, made: Omit<Invoice, "id"> & { year: number; serial: bigint; refundId: string | null }): Promise<Invoice> {
  const { kind, year, serial, number, orderId, refundId, total, issuedAt, document } = made;
  return toInvoice(await tx.one(insert, [kind, year, serial, number, orderId, refundId, total.units, total.currency, total.exponent, issuedAt, document]));
}

/** The invoice first, then credit notes by number. */
export async function listInvoices(db: Reader, orderId: string): Promise<Invoice[]> {
  return (await db.many(ofOrder, [orderId])).map(toInvoice);
}

export const getSeller = (db: Reader) => db.one(seller, []);
export const findContact = (db: Reader, orderId: string) => db.maybeOne(contact, [orderId]);
export const getParts = (db: Reader, orderId: string) => db.one(parts, [orderId]);
export const listTaxes = (db: Reader, orderId: string) => db.many(taxes, [orderId]);
export const listUncredited = (db: Reader, orderId: string) => db.many(uncredited, [orderId]);
