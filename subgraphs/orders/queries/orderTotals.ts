import { money, type Money } from "#schema/values/money.ts";
import type { Reader } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";
import type { Discount, PricedTax } from "../domain/pricing/types.ts";

/** Most discounts and taxes an order shows; the graph says so. */
const MAX_PARTS = 1_000;

export interface OrderTotals {
  readonly orderId: string;
  /** Null for orders that were not placed here. */
  readonly parts: { readonly subtotal: Money; readonly discount: Money; readonly shipping: Money; readonly tax: Money; readonly taxIncluded: Money } | null;
  readonly total: Money;
  readonly paid: Money;
  readonly refunded: Money;
  readonly due: Money;
}

const totals = query({
  name: "orders.totalsOfOrders",
  text: `select o.id, o.state, o.currency, o.exponent, o.total_units, o.subtotal_units, o.discount_units, o.shipping_units, o.tax_units, o.tax_included_units,
      coalesce(p.paid, 0)::int8 as paid_units, coalesce(p.refunded, 0)::int8 as refunded_units
    from orders.orders o
    left join lateral (select sum(amount_units) as paid, sum(refunded_units) as refunded from orders.payments where order_id = o.id) p on true
    where o.id = any($1)`,
  params: ["uuid[]"],
  row: {
    id: "uuid", state: "text", currency: "text", exponent: "int2", total_units: "int8", subtotal_units: "int8?", discount_units: "int8?", shipping_units: "int8?",
    tax_units: "int8?", tax_included_units: "int8?", paid_units: "int8", refunded_units: "int8",
  },
  budget: { access: "index", maxRows: 1_000 },
});

const discounts = query({
  name: "orders.discountsOfOrders",
  text: `select d.order_id, o.currency, d.label, d.code, d.target, d.units, d.exponent from orders.orders o
    cross join lateral (select * from orders.order_discounts where order_id = o.id order by position limit ${MAX_PARTS}) d where o.id = any($1)`,
  params: ["uuid[]"],
  row: { order_id: "uuid", currency: "text", label: "text", code: "text?", target: "text", units: "int8", exponent: "int2" },
  budget: { access: "index", maxRows: 100 * MAX_PARTS },
});

const taxes = query({
  name: "orders.taxesOfOrders",
  text: `select t.order_id, o.currency, t.name, t.rate_bps, t.is_included, t.base_units, t.tax_units, t.exponent from orders.orders o
    cross join lateral (select * from orders.order_taxes where order_id = o.id order by position limit ${MAX_PARTS}) t where o.id = any($1)`,
  params: ["uuid[]"],
  row: { order_id: "uuid", currency: "text", name: "text", rate_bps: "int4", is_included: "bool", base_units: "int8", tax_units: "int8", exponent: "int2" },
  budget: { access: "index", maxRows: 100 * MAX_PARTS },
});

const contactRow = {
  order_id: "uuid", email: "text?", name: "text?", line1: "text?", line2: "text?", city: "text?", region: "text?", postal_code: "text?", country_code: "text?", phone: "text?",
} as const;
const contacts = query({
  name: "orders.contactsOfOrders",
  text: "select c.order_id, c.email, c.name, c.line1, c.line2, c.city, c.region, c.postal_code, c.country_code, c.phone from orders.order_contacts c where c.order_id = any($1)",
  params: ["uuid[]"],
  row: contactRow,
  budget: { access: "index", maxRows: 1_000 },
});

export async function listOrderTotals(db: Reader, orderIds: readonly string[]): Promise<OrderTotals[]> {
  return (await db.many(totals, [orderIds])).map((found) => {
    const of = (units: bigint) => money(units, found.currency, found.exponent);
    const owed = found.state === "CANCELLED" ? 0n : found.total_units - found.paid_units;
    return {
      orderId: found.id,
      parts: found.subtotal_units === null ? null : {
        subtotal: of(found.subtotal_units), discount: of(found.discount_units ?? 0n), shipping: of(found.shipping_units ?? 0n), tax: of(found.tax_units ?? 0n),
        taxIncluded: of(found.tax_included_units ?? 0n),
      },
      total: of(found.total_units), paid: of(found.paid_units), refunded: of(found.refunded_units), due: of(owed > 0n ? owed : 0n),
    };
  });
}

export interface OrderDiscount extends Pick<Discount, "label" | "code" | "target"> { readonly orderId: string; readonly amount: Money }
export async function listOrderDiscounts(db: Reader, orderIds: readonly string[]): Promise<OrderDiscount[]> {
  return (await db.many(discounts, [orderIds])).map((found) => ({
    orderId: found.order_id, label: found.label, code: found.code, target: found.target as Discount["target"], amount: money(found.units, found.currency, found.exponent),
  }));
}

export interface OrderTax extends Pick<PricedTax, "name" | "rateBps" | "isIncluded"> { readonly orderId: string; readonly base: Money; readonly amount: Money }
export async function listOrderTaxes(db: Reader, orderIds: readonly string[]): Promise<OrderTax[]> {
  return (await db.many(taxes, [orderIds])).map((found) => ({
    orderId: found.order_id, name: found.name, rateBps: found.rate_bps, isIncluded: found.is_included,
    base: money(found.base_units, found.currency, found.exponent), amount: money(found.tax_units, found.currency, found.exponent),
  }));
}

/** Personal: for the buyer and the people of the shop. */
export async function listOrderContacts(db: Reader, orderIds: readonly string[]) {
  return (await db.many(contacts, [orderIds])).map(({ order_id: orderId, postal_code: postalCode, country_code: countryCode, ...rest }) => ({ orderId, postalCode, countryCode, ...rest }));
}
