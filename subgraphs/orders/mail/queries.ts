import { money, type Money } from "#schema/values/money.ts";
import type { Reader } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";

const MAX_LINES = 200;

const order = query({
  name: "orderMail.order",
  text: `select o.number, o.currency, o.exponent, o.subtotal_units, o.discount_units, o.shipping_units, o.tax_units, o.tax_included_units, o.total_units,
      o.email, o.name, o.line1, o.line2, o.city, o.region, o.postal_code, o.country_code
    from orders.mail_orders o where o.order_id = $1`,
  params: ["uuid"],
  row: {
    number: "text", currency: "text", exponent: "int2", subtotal_units: "int8?", discount_units: "int8?", shipping_units: "int8?", tax_units: "int8?", tax_included_units: "int8?",
    total_units: "int8", email: "text?", name: "text?", line1: "text?", line2: "text?", city: "text?", region: "text?", postal_code: "text?", country_code: "text?",
  },
  budget: { access: "index", maxRows: 1 },
});

export interface MailOrder {
  readonly number: string;
  /** Who to write to; null when nobody is known. */
  readonly email: string | null;
  readonly name: string | null;
  /** Line by line; empty when none is known. */
  readonly address: readonly string[];
  readonly total: Money;
  /** Undefined for orders whose parts are not known. */
  readonly parts: { readonly discount: Money; readonly shipping: Money; readonly tax: Money; readonly taxIncluded: Money } | undefined;
}

/** An order as a mail needs it, or undefined. */
export async function findMailOrder(db: Reader, id: string): Promise<MailOrder | undefined> {
  const row = await db.maybeOne(order, [id]);
  if (!row) return undefined;
  const amount = (units: bigint | null) => money(units ?? 0n, row.currency, row.exponent);
  const place = [row.postal_code, row.city].filter((part) => part !== null).join(" ");
  return {
    number: row.number, email: row.email, name: row.name,
    address: row.line1 === null ? [] : [row.name, row.line1, row.line2, place, row.region, row.country_code].filter((line): line is string => line !== null && line !== ""),
    total: amount(row.total_units),
    parts: row.subtotal_units === null ? undefined
      : { discount: amount(row.discount_units), shipping: amount(row.shipping_units), tax: amount(row.tax_units), taxIncluded: amount(row.tax_included_units) },
  };
}

const COLUMNS = "l.name, l.unit_amount, l.exponent, o.currency";
const lineRow = { name: "text", unit_amount: "int8", exponent: "int2", currency: "text", quantity: "int8" } as const;

const ofOrder = query({
  name: "orderMail.linesOfOrder",
  text: `select ${COLUMNS}, l.quantity from orders.mail_lines l join orders.mail_orders o on o.order_id = l.order_id where l.order_id = $1 order by l.position limit ${MAX_LINES}`,
  params: ["uuid"],
  row: lineRow,
  budget: { access: "index", maxRows: MAX_LINES },
});
const ofParcel = query({
  name: "orderMail.linesOfParcel",
  text: `select ${COLUMNS}, p.quantity from orders.mail_parcel_lines p join orders.mail_lines l on l.line_id = p.line_id join orders.mail_orders o on o.order_id = l.order_id
    where p.fulfilment_id = $1 order by l.position limit ${MAX_LINES}`,
  params: ["uuid"],
  row: lineRow,
  budget: { access: "index", maxRows: MAX_LINES },
});
const ofReturn = query({
  name: "orderMail.linesOfReturn",
  text: `select ${COLUMNS}, r.quantity from orders.mail_return_lines r join orders.mail_lines l on l.line_id = r.line_id join orders.mail_orders o on o.order_id = l.order_id
    where r.return_id = $1 order by l.position limit ${MAX_LINES}`,
  params: ["uuid"],
  row: lineRow,
  budget: { access: "index", maxRows: MAX_LINES },
});
const named = query({
  name: "orderMail.linesNamed",
  text: `select ${COLUMNS}, k.quantity from unnest($1::uuid[], $2::int8[]) as k (id, quantity) join orders.mail_lines l on l.line_id = k.id
    join orders.mail_orders o on o.order_id = l.order_id order by l.position limit ${MAX_LINES}`,
  params: ["uuid[]", "int8[]"],
  row: lineRow,
  budget: { access: "index", maxRows: MAX_LINES },
});

export interface MailLine {
  readonly name: string;
  readonly quantity: bigint;
  readonly unitPrice: Money;
}
const toLine = (row: { name: string; quantity: bigint; unit_amount: bigint; exponent: number; currency: string }): MailLine =>
  ({ name: row.name, quantity: row.quantity, unitPrice: money(row.unit_amount, row.currency, row.exponent) });

const BY = { order: ofOrder, parcel: ofParcel, return: ofReturn } as const;
/** What is in an order, a parcel or a return; the first 200 lines. */
export async function listMailLines(db: Reader, of: keyof typeof BY, id: string): Promise<MailLine[]> {
  return (await db.many(BY[of], [id])).map(toLine);
}

/** Lines of an order with quantities of their own. */
export async function listNamedLines(db: Reader, lines: readonly { lineId: string; quantity: string }[]): Promise<MailLine[]> {
  return (await db.many(named, [lines.map(({ lineId }) => lineId), lines.map(({ quantity }) => BigInt(quantity))])).map(toLine);
}

const checkout = query({
  name: "orderMail.checkout",
  text: "select k.email, k.name from orders.mail_checkouts k where k.checkout_id = $1",
  params: ["uuid"],
  row: { email: "text?", name: "text?" },
  budget: { access: "index", maxRows: 1 },
});
export function findMailCheckout(db: Reader, id: string): Promise<{ email: string | null; name: string | null } | undefined> {
  return db.maybeOne(checkout, [id]);
}
