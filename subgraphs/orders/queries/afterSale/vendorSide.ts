import { cursorOf } from "#kit/page.ts";
import { currencyExponent, money, type Money } from "#schema/values/money.ts";
import type { Reader } from "#platform/db/database.ts";
import { query, type RowOf } from "#platform/db/query.ts";
import type { Fulfilment, FulfilmentState } from "../../domain/afterSale/fulfilment.ts";
import type { LineUnits } from "../../domain/afterSale/soldLine.ts";
import type { OrderLine } from "../../domain/order.ts";
import type { OrderState } from "../../domain/orderState.ts";
import { ACCOUNTS } from "../../domain/ledger/ledger.ts";

/** Most vendors, lines and parcels that are shown; the graph says so. */
const MAX_PARTS = 100;

export interface VendorOrder {
  readonly id: string;
  readonly orderId: string;
  readonly vendorId: string;
  readonly number: string;
  readonly orderState: OrderState;
  readonly placedAt: Date;
  readonly commissionBps: number;
  readonly gross: Money;
  readonly discount: Money;
  readonly net: Money;
  readonly commission: Money;
  readonly share: Money;
  readonly reversed: Money;
  /** Its place in the vendor's list, as text. */
  readonly sortKey: string;
}

const COLUMNS = `v.id, v.order_id, v.vendor_id, v.number, v.currency, v.exponent, v.commission_bps, v.gross_units, v.discount_units, v.net_units, v.commission_units, v.share_units,
  v.reversed_units, v.placed_at, to_char(v.placed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as sort_key`;
const row = {
  id: "uuid", order_id: "uuid", vendor_id: "uuid", number: "text", currency: "text", exponent: "int2", commission_bps: "int4", gross_units: "int8", discount_units: "int8",
  net_units: "int8", commission_units: "int8", share_units: "int8", reversed_units: "int8", placed_at: "timestamptz", sort_key: "text", order_state: "text",
} as const;

function toVendorOrder(found: RowOf<typeof row>): VendorOrder {
  const amount = (units: bigint) => money(units, found.currency, found.exponent);
  return {
    id: found.id, orderId: found.order_id, vendorId: found.vendor_id, number: found.number, orderState: found.order_state as OrderState, placedAt: found.placed_at,
    commissionBps: found.commission_bps, gross: amount(found.gross_units), discount: amount(found.discount_units), net: amount(found.net_units),
    commission: amount(found.commission_units), share: amount(found.share_units), reversed: amount(found.reversed_units), sortKey: found.sort_key,
  };
}

const ofOrders = query({
  name: "orders.vendorOrdersOfOrders",
  text: `select ${COLUMNS}, o.state as order_state from unnest($1::uuid[]) as asked (order_id)
    join orders.orders o on o.id = asked.order_id
    cross join lateral (select * from orders.vendor_orders where order_id = o.id order by number limit ${MAX_PARTS}) v`,
  params: ["uuid[]"],
  row,
  budget: { access: "index", maxRows: 1_000 * MAX_PARTS },
});

const ofVendors = query({
  name: "orders.vendorOrdersOfVendors",
  text: `select ${COLUMNS}, o.state as order_state from unnest($1::uuid[]) as asked (vendor_id)
    cross join lateral (
      select * from orders.vendor_orders where vendor_id = asked.vendor_id and (placed_at, id) < ($2::text::timestamptz, $3) order by placed_at desc, id desc limit $4
    ) v
    join orders.orders o on o.id = v.order_id`,
  params: ["uuid[]", "text", "uuid", "int4"],
  row,
  budget: { access: "index", maxRows: 101_000 },
});

const lines = query({
  name: "orders.linesOfVendorOrders",
  text: `select v.id as vendor_order_id, v.currency, l.id, l.order_id, l.position, l.sku as code, l.name, l.quantity, l.unit_amount, l.exponent, l.variant_id, l.product_id,
      l.discount_units, l.tax_units, l.tax_included_units, v.exponent as currency_exponent
    from orders.vendor_orders v
    cross join lateral (select * from orders.order_lines where order_id = v.order_id and vendor_id = v.vendor_id order by position limit ${MAX_PARTS}) l
    where v.id = any($1)`,
  params: ["uuid[]"],
  row: {
    vendor_order_id: "uuid", currency: "text", id: "uuid", order_id: "uuid", position: "int4", code: "text", name: "text", quantity: "int8", unit_amount: "int8", exponent: "int2",
    variant_id: "uuid", product_id: "uuid", discount_units: "int8", tax_units: "int8", tax_included_units: "int8", currency_exponent: "int2",
  },
  budget: { access: "index", maxRows: 1_000 * MAX_PARTS },
});

const units = query({
  name: "orders.unitsOfVendorOrders",
  text: `select v.id, sum(l.quantity)::int8 as quantity, sum(l.cancelled_quantity)::int8 as cancelled, sum(l.fulfilled_quantity)::int8 as fulfilled,
      sum(l.shipped_quantity)::int8 as shipped, sum(l.delivered_quantity)::int8 as delivered, sum(l.returning_quantity)::int8 as "returning", sum(l.returned_quantity)::int8 as returned
    from orders.vendor_orders v join orders.order_lines l on l.order_id = v.order_id and l.vendor_id = v.vendor_id where v.id = any($1) group by v.id`,
  params: ["uuid[]"],
  row: { id: "uuid", quantity: "int8", cancelled: "int8", fulfilled: "int8", shipped: "int8", delivered: "int8", returning: "int8", returned: "int8" },
  budget: { access: "index", maxRows: 1_000 },
});

const parcels = query({
  name: "orders.fulfilmentsOfVendorOrders",
  text: `select v.id as vendor_order_id, v.vendor_id as shown_to, f.id, f.order_id, f.number, f.vendor_id, f.state, f.carrier, f.tracking_number, f.tracking_url, f.created_at, f.shipped_at, f.delivered_at
    from orders.vendor_orders v
    cross join lateral (
      select * from orders.fulfilments p where p.order_id = v.order_id and exists (
        select 1 from orders.fulfilment_lines x join orders.order_lines l on l.id = x.order_line_id where x.fulfilment_id = p.id and l.vendor_id = v.vendor_id)
      order by p.created_at, p.id limit ${MAX_PARTS}
    ) f
    where v.id = any($1)`,
  params: ["uuid[]"],
  row: {
    vendor_order_id: "uuid", shown_to: "uuid", id: "uuid", order_id: "uuid", number: "text", vendor_id: "uuid?", state: "text", carrier: "text?", tracking_number: "text?",
    tracking_url: "text?", created_at: "timestamptz", shipped_at: "timestamptz?", delivered_at: "timestamptz?",
  },
  budget: { access: "index", maxRows: 1_000 * MAX_PARTS },
});

// What a parcel needs and no more: neither the address of the buyer's mail nor the account.
const addresses = query({
  name: "orders.addressesOfOrders",
  text: `select c.order_id, c.name, c.line1, c.line2, c.city, c.region, c.postal_code, c.country_code, c.phone from orders.order_contacts c
    where c.order_id = any($1) and num_nulls(c.name, c.line1, c.city, c.country_code) = 0`,
  params: ["uuid[]"],
  row: { order_id: "uuid", name: "text", line1: "text", line2: "text?", city: "text", region: "text?", postal_code: "text?", country_code: "text", phone: "text?" },
  budget: { access: "index", maxRows: 1_000 },
});

// What is owed stands on the credit side.
const balances = query({
  name: "orders.balancesOfVendors",
  text: `select e.account, e.currency, -sum(e.units)::int8 as units from orders.ledger_entries e
    where (e.account, e.currency) in (select a.account, a.currency from unnest($1::text[], $2::text[]) as a (account, currency)) group by 1, 2`,
  params: ["text[]", "text[]"],
  row: { account: "text", currency: "text", units: "int8" },
  budget: { access: "index", maxRows: 1_000 },
});

export const vendorOrderCursor = cursorOf("orders of a vendor", ["instant", "uuid"]);
const START = ["infinity", "ffffffff-ffff-ffff-ffff-ffffffffffff"] as const;

export async function listVendorOrdersOfOrders(db: Reader, orderIds: readonly string[]): Promise<VendorOrder[]> {
  return (await db.many(ofOrders, [orderIds])).map(toVendorOrder);
}

/** Of each vendor up to `limit`, newest first, after the cursor. */
export async function listVendorOrdersOfVendors(db: Reader, vendorIds: readonly string[], limit: number, after: readonly [string, string] | undefined): Promise<VendorOrder[]> {
  const [placedAt, id] = after ?? START;
  return (await db.many(ofVendors, [vendorIds, placedAt, id, limit])).map(toVendorOrder);
}

export async function listLinesOfVendorOrders(db: Reader, ids: readonly string[]): Promise<(OrderLine & { vendorOrderId: string })[]> {
  return (await db.many(lines, [ids])).map((found) => ({
    vendorOrderId: found.vendor_order_id, id: found.id, orderId: found.order_id, position: found.position, code: found.code, name: found.name, quantity: found.quantity,
    unitPrice: money(found.unit_amount, found.currency, found.exponent), variantId: found.variant_id, productId: found.product_id,
    discount: money(found.discount_units, found.currency, found.currency_exponent), tax: money(found.tax_units, found.currency, found.currency_exponent),
    taxIncluded: money(found.tax_included_units, found.currency, found.currency_exponent),
  }));
}

export async function listUnitsOfVendorOrders(db: Reader, ids: readonly string[]): Promise<{ id: string; quantity: bigint; units: LineUnits }[]> {
  return (await db.many(units, [ids])).map(({ id, quantity, ...steps }) => ({ id, quantity, units: steps }));
}

export async function listFulfilmentsOfVendorOrders(db: Reader, ids: readonly string[]): Promise<(Fulfilment & { vendorOrderId: string; shownTo: string })[]> {
  return (await db.many(parcels, [ids])).map((found) => ({
    vendorOrderId: found.vendor_order_id, shownTo: found.shown_to, id: found.id, orderId: found.order_id, number: found.number, vendorId: found.vendor_id,
    state: found.state as FulfilmentState, tracking: { carrier: found.carrier, number: found.tracking_number, url: found.tracking_url },
    createdAt: found.created_at, shippedAt: found.shipped_at, deliveredAt: found.delivered_at,
  }));
}

export async function listAddresses(db: Reader, orderIds: readonly string[]) {
  return (await db.many(addresses, [orderIds])).map((found) => ({
    orderId: found.order_id, name: found.name, line1: found.line1, line2: found.line2, city: found.city, region: found.region, postalCode: found.postal_code,
    countryCode: found.country_code, phone: found.phone,
  }));
}

/** What the books say is owed to vendors; a vendor and currency without entries are left out. */
export async function listBalances(db: Reader, asked: readonly { vendorId: string; currency: string }[]): Promise<{ vendorId: string; balance: Money }[]> {
  const rows = await db.many(balances, [asked.map((one) => ACCOUNTS.vendor(one.vendorId)), asked.map((one) => one.currency)]);
  return rows.map((found) => ({ vendorId: found.account.slice(ACCOUNTS.vendor("").length), balance: money(found.units, found.currency, currencyExponent(found.currency)) }));
}
