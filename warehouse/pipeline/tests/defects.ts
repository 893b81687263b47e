/** A defect as it would lie in raw: the suite that must stop it, the check that must be red, and the rows. */
export interface Defect {
  suite: string;
  check: string;
  /** SQL over raw; `$meta` and `$pos` as in RealChain.plant. */
  sql: string;
}

const copyOf = (table: string, changes: Record<string, string>, columns: string, where = "_to_pos is null and _op <> 'd'") => {
  const list = columns.split(", ");
  return `insert into raw.${table} (${columns}, _op, _from_pos, _to_pos, _committed_at)
    select ${list.map((column) => changes[column] ?? column).join(", ")}, $meta from raw.${table} where ${where} limit 1`;
};
/** Ends the latest version of one row and begins another that differs. */
const amend = (table: string, key: string, changes: Record<string, string>, columns: string) =>
  `update raw.${table} set _to_pos = $pos where ctid = (select ctid from raw.${table} where _to_pos is null and _op <> 'd' order by ${key} limit 1); ` +
  copyOf(table, changes, columns, "_to_pos = $pos");

const ORDER = "id, number, user_id, state, currency, country_code, country_label, placed_at, total_units, exponent, source, recorded_at, subtotal_units, discount_units, shipping_units, tax_units, tax_included_units";
const LINE = "id, order_id, position, variant_id, product_id, sku, name, quantity, unit_amount, exponent, vendor_id, discount_units, tax_units, tax_included_units";
const CHARGE = "id, order_id, position, kind, code, name, quantity, unit_amount, exponent";
const PAYMENT = "id, order_id, provider, provider_ref, state, currency, amount_units, refunded_units, exponent, paid_at, is_synthetic, method, authorized_units";
const REFUND = "id, number, order_id, user_id, match_quality, matched_lines, currency, country_code, country_label, refunded_at, total_units, exponent, source, recorded_at, cause, tax_units, shipping_units";
const REFUND_LINE = "id, refund_id, position, kind, variant_id, product_id, code, name, quantity, unit_amount, exponent";
const USER = "id, email, display_name, roles, country_code, external_ref, status, created_at, email_verified_at";
const ADDRESS = "id, user_id, country_code, country_label, is_default, created_at";
const PRODUCT = "id, slug, name, status, vendor_id, category_id, external_ref, created_at, updated_at, brand_id, product_type, publish_at, unpublish_at, published_at";
const VARIANT = "id, product_id, sku, name, created_at, position, barcode, is_archived";
const PRICE = "id, variant_id, currency, unit_amount, exponent, valid_from, valid_to, price_list_id";
const MOVEMENT = "id, variant_id, quantity, kind, order_id, occurred_at, is_synthetic, warehouse_id";
const LEVEL = "variant_id, warehouse_id, on_hand, reserved, incoming, updated_at";
const PROMOTION = "id, name, label, kind, needs_code, customers, starts_at, ends_at, is_active, is_demo, created_at";
const EVENT = "id, session_id, user_id, type, product_id, search_text, occurred_at, is_synthetic, step, channel, order_id";
const DISCOUNT = "id, order_id, position, promotion_id, label, target, line_position, units, exponent";
const PART = "id, order_id, vendor_id, number, currency, exponent, commission_bps, gross_units, discount_units, tax_included_units, commission_units, refunded_net_units, reversed_units, placed_at";
const PARCEL = "id, order_id, vendor_id, state, carrier, created_at, shipped_at, delivered_at, cancelled_at";
const RETURN = "id, order_id, state, exchange_variant_id, is_restocked, refund_id, requested_at, resolved_at, received_at";
const versionOf = (table: string, columns: string, rest: string) => `insert into raw.${table} (${columns}, _op, _from_pos, _to_pos, _committed_at) ${rest}`;
const AN_ORDER = "from raw.orders__orders where _to_pos is null and _op <> 'd' order by id limit 1";
const REVIEW = "id, product_id, user_id, rating, state, is_verified, created_at, published_at";
const A_PRODUCT = "from raw.catalog__products where _to_pos is null and _op <> 'd' order by id limit 1";
const NEW = "uuidv7()";
const WITH_USER = "_to_pos is null and _op <> 'd' and user_id is not null";
const CURRENT = "_to_pos is null and _op <> 'd' and valid_to is null";

/** Stopped before anything is built. */
export const RAW_DEFECTS: readonly Defect[] = [
  { suite: "raw.orders", check: "a new order has a line or a charge", sql: copyOf("orders__orders", { id: NEW, number: "'EMPTY'" }, ORDER) },
  { suite: "raw.orders", check: "country is an ISO code where it is known", sql: amend("orders__orders", "id", { country_code: "'X1'" }, ORDER) },
  {
    suite: "raw.orders", check: "orders do not vanish",
    sql: `create temporary table gone on commit drop as select id from raw.orders__orders where _to_pos is null and _op <> 'd' and get_byte(uuid_send(id), 15) % 2 = 0;
      update raw.orders__orders set _to_pos = $pos where _to_pos is null and id in (select id from gone);
      insert into raw.orders__orders (id, _op, _from_pos, _to_pos, _committed_at) select id, 'd', $pos, null, now() from gone`,
  },
  { suite: "raw.order_lines", check: "quantity is at least one", sql: copyOf("orders__order_lines", { id: NEW, quantity: "-3" }, LINE) },
  { suite: "raw.orders", check: "no country is written as an address of a person", sql: amend("orders__orders", "id", { country_label: "'ring ada@example.com'" }, ORDER) },
  {
    suite: "raw.order_lines", check: "the variant of a line is one of its product",
    sql: copyOf("orders__order_lines", { id: NEW, product_id: "(select product_id from raw.catalog__variants v where v._to_pos is null and v._op <> 'd' and v.product_id <> orders__order_lines.product_id limit 1)" }, LINE),
  },
  { suite: "raw.order_lines", check: "every line has its product", sql: copyOf("orders__order_lines", { id: NEW, product_id: NEW }, LINE) },
  {
    suite: "raw.order_lines", check: "a key has one version at the cut",
    sql: `insert into raw.orders__order_lines (${LINE}, _op, _from_pos, _to_pos, _committed_at)
      select ${LINE}, 'u', $pos, 9000000000000000000, now() from raw.orders__order_lines where _to_pos is null limit 1`,
  },
  {
    suite: "raw.order_charges", check: "every charge has its order",
    sql: `insert into raw.orders__order_charges (${CHARGE}, _op, _from_pos, _to_pos, _committed_at) values (${NEW}, ${NEW}, 1, 'FEE', 'FEE', 'A fee', 1, 100, 2, $meta)`,
  },
  {
    suite: "raw.order_discounts", check: "every discount has its order",
    sql: `insert into raw.orders__order_discounts (${DISCOUNT}, _op, _from_pos, _to_pos, _committed_at) values (${NEW}, ${NEW}, 1, null, 'Ten off', 'SHIPPING', null, 100, 2, $meta)`,
  },
  {
    suite: "raw.order_taxes", check: "a tax is no more than its base",
    sql: `insert into raw.orders__order_taxes (id, order_id, position, line_position, name, rate_bps, is_included, base_units, tax_units, exponent, _op, _from_pos, _to_pos, _committed_at)
      select ${NEW}, id, 1, null, 'VAT', 2000, true, 100, 101, 2, $meta from raw.orders__orders where _to_pos is null and _op <> 'd' limit 1`,
  },
  { suite: "raw.vendor_orders", check: "every part has its vendor", sql: versionOf("orders__vendor_orders", PART, `select ${NEW}, id, ${NEW}, 'V-1', currency, 2, 1000, 100, 0, 0, 10, 0, 0, placed_at, $meta ${AN_ORDER}`) },
  { suite: "raw.fulfilments", check: "nothing arrives before it is sent", sql: versionOf("orders__fulfilments", PARCEL, `select ${NEW}, id, null::uuid, 'DELIVERED', null, now(), now(), now() - interval '1 day', null::timestamptz, $meta ${AN_ORDER}`) },
  {
    suite: "raw.fulfilment_lines", check: "no more is sent than was ordered",
    sql: `${versionOf("orders__fulfilments", PARCEL, `select ${NEW}, id, null::uuid, 'CREATED', 'TOO MUCH', now(), null::timestamptz, null::timestamptz, null::timestamptz, $meta ${AN_ORDER}`)};
      ${versionOf("orders__fulfilment_lines", "fulfilment_id, order_line_id, quantity", `select f.id, l.id, l.quantity + 1, $meta from raw.orders__fulfilments f join raw.orders__order_lines l on l.order_id = f.order_id where f.carrier = 'TOO MUCH' and l._to_pos is null limit 1`)}`,
  },
  { suite: "raw.returns", check: "every return has its order", sql: versionOf("orders__returns", RETURN, `values (${NEW}, ${NEW}, 'REQUESTED', null, null, null, now(), null, null, $meta)`) },
  { suite: "raw.return_lines", check: "every line has its return", sql: versionOf("orders__return_lines", "return_id, order_line_id, quantity", `select ${NEW}, id, 1, $meta from raw.orders__order_lines where _to_pos is null and _op <> 'd' limit 1`) },
  { suite: "raw.payments", check: "an order is paid in its own currency", sql: amend("orders__payments", "id", { currency: "'ISK'" }, PAYMENT) },
  { suite: "raw.payments", check: "no more is given back than was paid", sql: amend("orders__payments", "id", { refunded_units: "amount_units + 1", state: "'REFUNDED'" }, PAYMENT) },
  { suite: "raw.payments", check: "no text of an order, a payment or a refund holds the number of a card", sql: amend("orders__payments", "id", { provider_ref: "'card 4111 1111 1111 1111'" }, PAYMENT) },
  {
    suite: "raw.refunds", check: "the refunds that name their order give back no more than it cost",
    sql: `insert into raw.orders__refunds (${REFUND}, _op, _from_pos, _to_pos, _committed_at)
      select ${NEW}, 'R1', id, user_id, 'REFERENCED', 1, currency, country_code, country_label, placed_at, total_units + 1, exponent, source, recorded_at, null::text, 0, 0, $meta
      from raw.orders__orders where _to_pos is null and _op <> 'd' limit 1`,
  },
  { suite: "raw.refunds", check: "a refund is in its order's currency", sql: amend("orders__refunds", "order_id nulls last", { currency: "'ISK'" }, REFUND) },
  { suite: "raw.refund_lines", check: "goods name their product, charges none", sql: amend("orders__refund_lines", "id", { kind: "'PRODUCT'", product_id: "null::uuid" }, REFUND_LINE) },
  { suite: "raw.users", check: "a proven address belongs to one person", sql: copyOf("users__users", { id: NEW, external_ref: "null" }, USER) },
  { suite: "raw.addresses", check: "every address has its person", sql: copyOf("users__addresses", { id: NEW, user_id: NEW }, ADDRESS) },
  { suite: "raw.consents", check: "every answer has its person", sql: versionOf("users__consents", "id, user_id, purpose, is_granted, source, decided_at", `values (${NEW}, ${NEW}, 'ANALYTICS', true, 'ACCOUNT', now(), $meta)`) },
  { suite: "raw.sessions", check: "every session has its person", sql: versionOf("users__sessions", "id, user_id, created_at, revoked_at", `values (${NEW}, ${NEW}, now(), null, $meta)`) },
  {
    suite: "raw.erasures", check: "nobody who was erased is left",
    sql: versionOf("users__erasures", "id, user_hash, erased_at", `select ${NEW}, encode(sha256(convert_to('martgraph-erasure:' || id::text, 'UTF8')), 'hex'), now(), $meta from raw.users__users where _to_pos is null and _op <> 'd' limit 1`),
  },
  { suite: "raw.brands", check: "a slug is one brand", sql: versionOf("catalog__brands", "id, slug, name, created_at, updated_at", `select uuidv7(), 'twice', 'Twice', now(), now(), $meta from generate_series(1, 2)`) },
  { suite: "raw.media", check: "every picture has its product", sql: versionOf("catalog__media", "id, product_id, variant_id, state, position, width, height, created_at", `values (${NEW}, ${NEW}, null, 'READY', 0, 10, 10, now(), $meta)`) },
  { suite: "raw.catalogue", check: "every value has its attribute", sql: versionOf("catalog__product_attributes", "product_id, attribute_id, place, value_text", `select id, ${NEW}, 0, 'red', $meta from raw.catalog__products where _to_pos is null and _op <> 'd' limit 1`) },
  { suite: "raw.catalogue", check: "every link has both its ends", sql: versionOf("catalog__product_links", "product_id, linked_id, kind, position", `select id, ${NEW}, 'RELATED', 0, $meta from raw.catalog__products where _to_pos is null and _op <> 'd' limit 1`) },
  { suite: "raw.reviews", check: "stars are one to five", sql: versionOf("catalog__reviews", REVIEW, `select ${NEW}, id, ${NEW}, 6, 'PENDING', false, now(), null::timestamptz, $meta ${A_PRODUCT}`) },
  { suite: "raw.reviews", check: "every review has its product", sql: versionOf("catalog__reviews", REVIEW, `values (${NEW}, ${NEW}, ${NEW}, 5, 'PENDING', false, now(), null, $meta)`) },
  { suite: "raw.wishlists", check: "every list has its person", sql: versionOf("catalog__wishlists", "id, user_id, is_default, created_at", `values (${NEW}, ${NEW}, true, now(), $meta)`) },
  { suite: "raw.wishlists", check: "every wish has its product", sql: versionOf("catalog__wishlist_items", "wishlist_id, product_id, variant_id, added_at", `values (${NEW}, ${NEW}, null, now(), $meta)`) },
  { suite: "raw.products", check: "every vendor is there", sql: amend("catalog__products", "id", { vendor_id: NEW }, PRODUCT) },
  { suite: "raw.variants", check: "a sku is one variant", sql: copyOf("catalog__variants", { id: NEW }, VARIANT) },
  { suite: "raw.prices", check: "a variant has one current price in a currency", sql: copyOf("catalog__prices", { id: NEW }, PRICE, CURRENT) },
  { suite: "raw.stock_levels", check: "no more is held than is there", sql: amend("catalog__stock_levels", "variant_id", { reserved: "on_hand + 1" }, "variant_id, on_hand, reserved, is_synthetic, updated_at") },
  { suite: "raw.stock_movements", check: "kind is known", sql: copyOf("catalog__stock_movements", { id: NEW, kind: "'THEFT'" }, MOVEMENT) },
  { suite: "raw.warehouses", check: "there is one default warehouse", sql: copyOf("catalog__warehouses", { id: NEW, code: "'SECOND'", is_default: "true" }, "id, code, name, country_code, is_default") },
  { suite: "raw.inventory_levels", check: "warehouses sum to the total", sql: amend("catalog__inventory_levels", "variant_id", { on_hand: "on_hand + 1" }, LEVEL) },
  { suite: "raw.promotions", check: "kind is known", sql: versionOf("orders__promotions", PROMOTION, `values (${NEW}, 'Odd', 'Odd', 'BARTER', true, 'EVERYONE', null, null, true, false, now(), $meta)`) },
  { suite: "raw.behaviour_events", check: "type is known", sql: copyOf("events__behaviour_events", { id: NEW, type: "'TELEPATHY'" }, EVENT) },
  { suite: "raw.clock", check: "there is one clock", sql: copyOf("platform__clock", { id: "false" }, "id, offset_ms") },
];

/** A whole order with one line, its total in keeping. */
const order = (number: string, changes: Record<string, string>, quantity: string, unitAmount: string) => `
  ${copyOf("orders__orders", { id: NEW, number: `'${number}'`, total_units: `${quantity}::bigint * ${unitAmount}`, exponent: "2", ...changes }, ORDER, WITH_USER)};
  insert into raw.orders__order_lines (${LINE}, _op, _from_pos, _to_pos, _committed_at)
    select ${NEW}, o.id, 1, v.id, v.product_id, v.sku, v.name, ${quantity}, ${unitAmount}, 2, null::uuid, 0, 0, 0, $meta
    from (select id from raw.orders__orders where number = '${number}') o, (select * from raw.catalog__variants where _to_pos is null and _op <> 'd' limit 1) v`;

const FUTURE = order("FUTURE", { user_id: "null::uuid", placed_at: "now() + interval '3 hours'" }, "1", "100");
const PAST = order("PAST", { placed_at: "timestamptz '1985-05-05 12:00Z'" }, "1", "100");
// Both of late and with a second product beside the first, so that they are baskets, too.
const LATE = { placed_at: "now() - interval '2 days'" };
const second = (number: string) => `insert into raw.orders__order_lines (${LINE}, _op, _from_pos, _to_pos, _committed_at)
    select ${NEW}, o.id, 2, v.id, v.product_id, v.sku, v.name, 1, 0, 2, null::uuid, 0, 0, 0, $meta
    from (select id from raw.orders__orders where number = '${number}') o, (select * from raw.catalog__variants where _to_pos is null and _op <> 'd'
      and id not in (select l.variant_id from raw.orders__order_lines l join raw.orders__orders p on p.id = l.order_id where p.number = '${number}') limit 1) v`;
const DEAR = `${order("DEAR", LATE, "20000", "100000")}; ${second("DEAR")}`;
const MANY = `${order("MANY", LATE, "5000000", "0")}; ${second("MANY")}`;

/** Nothing in raw alone tells that these are wrong; what is built from them does. */
export const BUILD_DEFECTS: readonly Defect[] = [
  { suite: "marts.fct_orders", check: "no order is placed after the cut", sql: FUTURE },
  { suite: "marts.dim_date", check: "begins no earlier than the shop can have begun", sql: "" },
  { suite: "marts.agg_daily_sales", check: "days lie between 2000 and the cut", sql: "" },
  { suite: "marts.dim_customers", check: "nobody orders before being registered", sql: PAST },
  { suite: "marts.rpt_cohorts_monthly", check: "no cohort is older than the shop can be", sql: "" },
  { suite: "features.customer_churn_features", check: "tenure is plausible", sql: "" },
  { suite: "marts.fct_order_lines", check: "a line's amount is plausible", sql: DEAR },
  { suite: "marts.rpt_customer_rfm", check: "monetary value is plausible", sql: "" },
  { suite: "features.user_item_interactions", check: "a quantity is plausible", sql: MANY },
  {
    suite: "marts.fct_refunds", check: "nothing is given back after the cut",
    sql: `insert into raw.orders__refunds (${REFUND}, _op, _from_pos, _to_pos, _committed_at)
        select ${NEW}, 'R-FUTURE', null::uuid, null::uuid, 'NONE', 0, currency, country_code, country_label, now() + interval '3 hours', 100, 2, source, recorded_at, null::text, 0, 0, $meta
        from raw.orders__orders where _to_pos is null and _op <> 'd' limit 1;
      insert into raw.orders__refund_lines (${REFUND_LINE}, _op, _from_pos, _to_pos, _committed_at)
        select ${NEW}, id, 1, 'CHARGE', null::uuid, null::uuid, 'POST', 'Postage', 1, 100, 2, $meta from raw.orders__refunds where number = 'R-FUTURE'`,
  },
  {
    suite: "marts.fct_discounts", check: "discounts sum to those of the orders",
    sql: `insert into raw.orders__order_discounts (${DISCOUNT}, _op, _from_pos, _to_pos, _committed_at)
      select ${NEW}, id, 1, null, 'Ten off', 'SHIPPING', null, 100, 2, $meta from raw.orders__orders where _to_pos is null and _op <> 'd' and discount_units is null limit 1`,
  },
  {
    suite: "marts.fct_payments", check: "nothing is taken beyond an order's total",
    sql: copyOf("orders__payments", { id: NEW, provider_ref: "'TWICE'", state: "'CAPTURED'", amount_units: "1000000000", refunded_units: "0", authorized_units: "null::bigint" }, PAYMENT),
  },
  { suite: "marts.fct_payments", check: "nothing is paid after the cut", sql: copyOf("orders__payments", { id: NEW, provider_ref: "'AHEAD'", state: "'AUTHORIZED'", amount_units: "0", refunded_units: "0", authorized_units: "1", paid_at: "now() + interval '3 days'" }, PAYMENT) },
  { suite: "marts.fct_payments", check: "nothing is paid long before it is ordered", sql: copyOf("orders__payments", { id: NEW, provider_ref: "'EARLY'", state: "'AUTHORIZED'", amount_units: "0", refunded_units: "0", authorized_units: "1", paid_at: "paid_at - interval '3 days'" }, PAYMENT) },
  {
    suite: "marts.fct_payments", check: "an order that is paid is covered by what was agreed to",
    sql: `${order("UNCOVERED", { state: "'PAID'" }, "1", "1000")};
      ${versionOf("orders__payments", PAYMENT, "select uuidv7(), id, 'stripe', 'SHORT', 'CAPTURED', currency, 999, 0, 2, placed_at, false, 'CARD', 999, $meta from raw.orders__orders where number = 'UNCOVERED'")}`,
  },
  { suite: "marts.fct_order_status_changes", check: "no order goes a way that there is not", sql: amend("orders__orders", "(_from_pos < $pos and state <> 'PLACED') desc, id desc", { state: "'PLACED'" }, ORDER).replace("$meta", "'u', $pos, null::bigint, now()") },
  {
    suite: "marts.fct_refunds", check: "no more of a product is given back than its order held",
    sql: `${versionOf("orders__refunds", REFUND, `select ${NEW}, 'R-MANY', id, user_id, 'REFERENCED', 1, currency, country_code, country_label, placed_at, 0, exponent, source, recorded_at, null::text, 0, 0, $meta ${AN_ORDER}`)};
      ${versionOf("orders__refund_lines", REFUND_LINE, `select ${NEW}, r.id, 1, 'PRODUCT', v.id, v.product_id, v.sku, v.name, 1000000, 0, 2, $meta
        from (select id from raw.orders__refunds where number = 'R-MANY') r, (select * from raw.catalog__variants where _to_pos is null and _op <> 'd' order by id limit 1) v`)}`,
  },
  {
    suite: "marts.fct_vendor_orders", check: "a part is no more than its order",
    sql: versionOf("orders__vendor_orders", PART, `select ${NEW}, o.id, v.id, 'V-2', o.currency, 2, 1000, 900000000, 0, 0, 0, 0, 0, o.placed_at, $meta
      from (select * ${AN_ORDER}) o, (select id from raw.users__vendors where _to_pos is null and _op <> 'd' limit 1) v`),
  },
  { suite: "marts.fct_fulfilments", check: "nothing is sent before it is ordered", sql: versionOf("orders__fulfilments", PARCEL, `select ${NEW}, id, null::uuid, 'SHIPPED', null, placed_at, placed_at - interval '1 day', null::timestamptz, null::timestamptz, $meta ${AN_ORDER}`) },
  {
    suite: "marts.fct_returns", check: "nothing is asked back before it is ordered",
    sql: `${versionOf("orders__returns", RETURN, `select ${NEW}, id, 'REQUESTED', null::uuid, null::boolean, null::uuid, placed_at - interval '1 day', null::timestamptz, null::timestamptz, $meta ${AN_ORDER}`)};
      ${versionOf("orders__return_lines", "return_id, order_line_id, quantity", "select r.id, l.id, 1, $meta from raw.orders__returns r join raw.orders__order_lines l on l.order_id = r.order_id where l._to_pos is null and r.requested_at < now() limit 1")}`,
  },
  {
    suite: "marts.dim_inventory", check: "nothing is on hand by the million million",
    sql: `${amend("catalog__inventory_levels", "variant_id", { on_hand: "2000000000000" }, LEVEL)};
      ${amend("catalog__stock_levels", "variant_id", { on_hand: "2000000000000" }, "variant_id, on_hand, reserved, is_synthetic, updated_at")}`,
  },
  {
    suite: "marts.dim_promotions", check: "what a promotion took off is plausible",
    sql: `${versionOf("orders__promotions", PROMOTION, `values (${NEW}, 'Dear', 'Dear', 'AMOUNT_OFF', true, 'EVERYONE', null, null, true, false, now(), $meta)`)};
      ${versionOf("orders__order_discounts", DISCOUNT, `select ${NEW}, o.id, 2, p.id, 'Dear', 'SHIPPING', null, 2000000000, 2, $meta
        from (select id from raw.orders__orders where _to_pos is null and _op <> 'd' and discount_units is null order by id limit 1) o, (select id from raw.orders__promotions where name = 'Dear') p`)}`,
  },
  // A search of the month after next, and a purchase of the oldest order, each with a way in.
  {
    suite: "marts.rpt_funnel_daily", check: "no visit begins after the cut",
    sql: `${copyOf("events__behaviour_events", { id: NEW, session_id: NEW, type: "'SEARCH'", product_id: "null::uuid", step: "null", channel: "'EMAIL'", occurred_at: "now() + interval '40 days'" }, EVENT)};
      ${copyOf("events__behaviour_events", { id: NEW, session_id: NEW, type: "'PURCHASE'", product_id: "null::uuid", search_text: "null", step: "null", channel: "'EMAIL'", occurred_at: "timestamptz '1985-05-05 11:59Z'", order_id: "(select id from raw.orders__orders where number = 'PAST')" }, EVENT)}`,
  },
  {
    suite: "features.search_ranking_features", check: "a place is plausible",
    sql: [["SEARCH", "'lantern'", "null", "30 hours"], ["VIEW", "null", "5000000", "29 hours 45 minutes"]].map(([type, text, place, ago]) => copyOf("events__behaviour_events", {
      id: NEW, session_id: "'00000000-0000-7000-8000-00000000d0d0'::uuid", type: `'${type}'`, product_id: type === "VIEW" ? "(select id from raw.catalog__products where _to_pos is null and _op <> 'd' limit 1)" : "null::uuid",
      search_text: String(text), step: "null", order_id: "null::uuid", occurred_at: `date_trunc('day', now()) - interval '${ago}'`, position: `${place}::int`,
    }, `${EVENT}, position`)).join("; "),
  },
  { suite: "features.customer_ltv_features", check: "tenure is plausible", sql: "" },
  { suite: "features.product_demand_daily", check: "no product is older than the shop can be", sql: "" },
  { suite: "features.price_elasticity_panel", check: "weeks lie between 2000 and the cut", sql: "" },
  { suite: "features.item_content_features", check: "an active product has a stock code", sql: "" },
  { suite: "features.item_copurchase", check: "units are plausible", sql: "" },
  { suite: "features.fraud_order_features", check: "no order is placed after the cut", sql: "" },
  { suite: "marts.fct_page_events", check: "nothing is done after the cut", sql: "" },
  { suite: "marts.fct_sessions", check: "no session begins after the cut", sql: "" },
  { suite: "marts.fct_search_queries", check: "no search is made after the cut", sql: "" },
  { suite: "marts.rpt_search_quality", check: "no month begins after the cut", sql: "" },
  { suite: "marts.rpt_funnel_by_channel_daily", check: "no session begins after the cut", sql: "" },
  { suite: "marts.fct_touches", check: "nobody comes after the cut", sql: "" },
  { suite: "marts.rpt_channel_removal", check: "every touch up to the cut is counted once", sql: "" },
  { suite: "marts.fct_attribution", check: "credit is given between 2000 and the cut", sql: "" },
  { suite: "marts.rpt_channel_performance", check: "days lie between 2000 and the cut", sql: "" },
  { suite: "marts.agg_customer_monthly", check: "months lie between 2000 and the cut", sql: "" },
  { suite: "marts.rpt_cohorts_weekly", check: "no cohort is older than the shop can be", sql: "" },
  { suite: "marts.rpt_ltv_observed", check: "no cohort is older than the shop can be", sql: "" },
  { suite: "marts.rpt_retention", check: "the shop is not older than it can be", sql: "" },
  { suite: "marts.rpt_customer_360", check: "nobody orders before being registered", sql: "" },
  { suite: "marts.dim_products", check: "every product that can be bought has a sku", sql: copyOf("catalog__products", { id: NEW, slug: "'bare'", external_ref: "null", status: "'ACTIVE'" }, PRODUCT) },
];

/** Wrong predictions, as a model would write them. */
export const PREDICTION_DEFECTS: readonly Defect[] = [
  { suite: "predictions.churn", check: "every customer with current features has one", sql: "delete from predictions.churn where batch_id = $1" },
  { suite: "predictions.churn", check: "every model that spoke is registered", sql: "update predictions.batch set churn_version = 99 where id = $1" },
  { suite: "predictions.user_recommendations", check: "every product is in dim_products", sql: "update predictions.user_recommendations set product_ids[1] = uuidv7() where batch_id = $1" },
  { suite: "predictions.user_recommendations", check: "the best stands first", sql: "update predictions.user_recommendations set scores = '{0.5,1}' where batch_id = $1" },
  { suite: "predictions.similar_products", check: "nothing is like itself", sql: "update predictions.similar_products set product_ids[1] = product_id where batch_id = $1" },
  { suite: "predictions.similar_products", check: "a list names a product once, the likest first", sql: "update predictions.similar_products set product_ids[2] = product_ids[1] where batch_id = $1" },
  { suite: "predictions.popular_products", check: "every batch has one", sql: "delete from predictions.popular_products where batch_id = $1" },
];
