import type { Tx } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";
import type { Order } from "../domain/order.ts";
import type { OrderState } from "../domain/orderState.ts";
import { ORDER_COLUMNS, orderRow, toOrder } from "./orders.ts";

/** A payment as it stands when its order is placed. Units at the currency's exponent. */
export interface PlacedPayment {
  readonly id: string;
  readonly method: "CARD" | "GIFT_CARD";
  readonly provider: string;
  readonly providerRef: string;
  readonly state: "AUTHORIZED" | "CAPTURED";
  /** What was taken, and what may be. */
  readonly units: bigint;
  readonly authorizedUnits: bigint;
}

// The whole order in one statement, made of the prices that were frozen when the purchase began: what is charged is what was quoted.
const place = query({
  name: "orders.placeOrder",
  text: `with k as (
      select c.*, c.priced -> 'totals' as totals, coalesce(c.contact -> 'address' ->> 'countryCode', c.country_code) as goes_to from orders.checkouts c where c.id = $2
    ), placed as (
      insert into orders.orders as o (id, number, user_id, state, currency, country_code, placed_at, total_units, exponent, source, cart_id,
        subtotal_units, discount_units, shipping_units, tax_units, tax_included_units)
      select $1, nextval('orders.order_number')::text, k.user_id, $3, k.currency, k.goes_to, $4, k.total_units, k.exponent, 'API', k.cart_id,
        (k.totals ->> 'subtotal')::bigint, (k.totals ->> 'discount')::bigint, (k.totals ->> 'shipping')::bigint, (k.totals ->> 'tax')::bigint, (k.totals ->> 'taxIncluded')::bigint
      from k returning ${ORDER_COLUMNS}
    ), lines as (
      insert into orders.order_lines (order_id, position, variant_id, product_id, sku, name, quantity, unit_amount, exponent, vendor_id, discount_units, tax_units, tax_included_units)
      select $1, l.position, l."variantId", l."productId", l.sku, l.name, l.quantity, (l."unitPrice" ->> 'units')::bigint, (l."unitPrice" ->> 'exponent')::smallint, l."vendorId",
        l."discountUnits", l."taxUnits", l."taxIncludedUnits"
      from k, jsonb_to_recordset(k.priced -> 'lines') as l (position integer, "variantId" uuid, "productId" uuid, sku text, name text, quantity bigint, "unitPrice" jsonb, "vendorId" uuid,
        "discountUnits" bigint, "taxUnits" bigint, "taxIncludedUnits" bigint)
    ), postage as (
      insert into orders.order_charges (order_id, position, kind, code, name, quantity, unit_amount, exponent)
      select $1, 1, 'SHIPPING', 'SHIPPING', k.priced -> 'shipping' ->> 'name', 1, (k.priced -> 'shipping' ->> 'units')::bigint, k.exponent from k where k.priced -> 'shipping' <> 'null'
    ), discounts as (
      insert into orders.order_discounts (order_id, position, promotion_id, label, code, target, line_position, units, exponent)
      select $1, d.place, (d.value ->> 'promotionId')::uuid, d.value ->> 'label', d.value ->> 'code', d.value ->> 'target', (d.value ->> 'linePosition')::integer,
        (d.value ->> 'units')::bigint, k.exponent
      from k, jsonb_array_elements(k.priced -> 'discounts') with ordinality as d (value, place)
    ), taxes as (
      insert into orders.order_taxes (order_id, position, line_position, name, rate_bps, is_included, base_units, tax_units, exponent)
      select $1, t.place, (t.value ->> 'linePosition')::integer, t.value ->> 'name', (t.value ->> 'rateBps')::integer, (t.value ->> 'isIncluded')::boolean,
        (t.value ->> 'baseUnits')::bigint, (t.value ->> 'taxUnits')::bigint, k.exponent
      from k, jsonb_array_elements(k.priced -> 'taxes') with ordinality as t (value, place)
    ), contact as (
      insert into orders.order_contacts (order_id, email, name, line1, line2, city, region, postal_code, country_code, phone)
      select $1, k.contact ->> 'email', a.name, a.line1, a.line2, a.city, a.region, a."postalCode", a."countryCode", a.phone
      from k left join lateral jsonb_to_record(nullif(k.contact -> 'address', 'null')) as a (name text, line1 text, line2 text, city text, region text, "postalCode" text, "countryCode" text, phone text) on true
      where k.contact ->> 'email' is not null or k.contact -> 'address' <> 'null'
    ), paid as (
      insert into orders.payments (id, order_id, checkout_id, provider, provider_ref, method, state, currency, amount_units, authorized_units, exponent, paid_at)
      select p.id, $1, case p.method when 'CARD' then $2 end, p.provider, p."providerRef", p.method, p.state, k.currency, p.units, p."authorizedUnits", k.exponent, $4
      from k, jsonb_to_recordset($5) as p (id uuid, method text, provider text, "providerRef" text, state text, units bigint, "authorizedUnits" bigint)
      returning id, state, amount_units, authorized_units, currency, exponent, provider_ref
    ), history as (
      insert into orders.payment_events (payment_id, kind, units, currency, exponent, provider_ref, occurred_at)
      select id, state, case state when 'CAPTURED' then amount_units else authorized_units end, currency, exponent, provider_ref, $4 from paid
    ), bought as (
      update orders.carts c set state = 'ORDERED', updated_at = $4, version = c.version + 1 from k where c.id = k.cart_id
    ), over as (
      update orders.checkouts c set state = 'COMPLETED', verdict = coalesce(c.verdict, $6), provider = coalesce(c.provider, $7), intent_ref = coalesce(c.intent_ref, $8), action_url = null,
        lease_until = now(), wake_at = now() where c.id = $2
    ), answered as (
      update orders.idempotency_keys i set state = 'DONE', response = jsonb_build_object('orderId', $1), lease_until = null
      from k where i.actor = k.actor and i.operation = k.operation and i.key = k.idempotency_key and k.operation = $9
    )
    select placed.*, (select jsonb_object_agg(t.vendor_id, t.commission_bps) from users.vendor_terms t
      where t.vendor_id = any(array(select (l ->> 'vendorId')::uuid from k, jsonb_array_elements(k.priced -> 'lines') as l where l ->> 'vendorId' is not null))) as terms
    from placed`,
  params: ["uuid", "uuid", "text", "timestamptz", "jsonb", "text?", "text?", "text?", "text"],
  row: { ...orderRow, terms: "jsonb?" },
  budget: { access: "write", maxRows: 1 },
});

export interface Placing {
  readonly orderId: string;
  readonly checkoutId: string;
  readonly state: OrderState;
  readonly at: Date;
  readonly payments: readonly PlacedPayment[];
  readonly verdict: string | null;
  /** Null where nothing was due. */
  readonly provider: string | null;
  readonly intentRef: string | null;
  /** The mutation whose call is answered by the order, under its key; a purchase that another one has in hand is answered by that. */
  readonly answers: string;
}

export interface Placed {
  readonly order: Order;
  /** Hundredths of a per cent that the shop keeps, by vendor of its lines. */
  readonly commissionBps: ReadonlyMap<string, number>;
}

/** Order, lines, discounts, taxes, contact, payments with their history; the cart is ordered, the purchase over and its call answered. */
export async function insertPlacedOrder(tx: Tx, placing: Placing): Promise<Placed> {
  const { orderId, checkoutId, state, at, payments, verdict, provider, intentRef, answers } = placing;
  // As text: the driver would write an array as one of PostgreSQL's.
  const asJson = JSON.stringify(payments, (_name, value: unknown) => (typeof value === "bigint" ? value.toString() : value));
  const row = await tx.one(place, [orderId, checkoutId, state, at, asJson, verdict, provider, intentRef, answers]);
  return { order: toOrder(row), commissionBps: new Map(Object.entries((row.terms ?? {}) as Record<string, number>)) };
}
