import type { Database } from "#platform/db/database.ts";
import { seeded } from "#platform/seeded.ts";
import { fillDailyAggregates } from "#platform/testing/dailyAggregates.ts";
import { fillTable, makeSlotTables, pointTo } from "#platform/testing/slotTables.ts";
import * as marts from "#schema/generated/marts.ts";
import { visitsOf } from "./randomVisits.ts";
import { MARTS } from "./smallMarts.ts";

const id = (kind: number, n: number) => `0192000${kind}-0000-7000-8000-${n.toString(16).padStart(12, "0")}`;
export const RANDOM = { vendors: [id(2, 1), id(2, 2), id(2, 3)], from: "2024-01-01", to: "2026-01-01", buildId: id(4, 1) } as const;


type Row = Record<string, unknown>;
const EMPTY: Readonly<Record<string, unknown>> = { text: "x", uuid: id(9, 9), bool: false, int4: 0, int8: 0, numeric: "0", float8: 0, date: "2024-01-01", timestamptz: "2024-01-01T00:00:00Z" };

/** Columns that a test does not speak of hold something harmless. */
function whole(table: string, rows: readonly Row[]): Row[] {
  const columns = (marts as unknown as Record<string, Record<string, string>>)[`${table.replaceAll(/_([a-z0-9])/g, (_match, letter: string) => letter.toUpperCase())}Columns`] ?? {};
  const given = Object.fromEntries(Object.entries(columns).filter(([, type]) => !type.endsWith("?")).map(([column, type]) => [column, EMPTY[type]]));
  return rows.map((row) => ({ ...given, ...row }));
}

/**
 * Slot a with two years of a shop that never was: three currencies, guests, vendors, charges, refunds without orders, parcels on
 * their way, orders at the seams of days, months and years. The tables agree with each other as the models make them agree.
 */
export async function fillRandomMarts(owner: Database, { orders: count = 500, seed = 7 } = {}): Promise<void> {
  await makeSlotTables(owner, "a");
  const random = seeded(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const whole_ = (n: number) => Math.floor(random() * n);
  const cents = (n: bigint) => `${n / 100n}.${(n % 100n).toString().padStart(2, "0")}`;
  const at = (day: number, second: number) => new Date(Date.UTC(2024, 0, 1) + day * 86_400_000 + second * 1_000).toISOString();
  const countries = [["GB", "United Kingdom"], ["IE", "Ireland"], [null, "Unspecified"], ["CI", "Côte d'Ivoire"]] as const;
  const products = Array.from({ length: 24 }, (_, n) => ({ product_id: id(3, n), vendor_id: n % 4 === 3 ? null : RANDOM.vendors[n % 3], category_id: n % 5 === 0 ? null : id(9, 100 + (n % 5)), category: n % 5 === 0 ? null : `Category ${n % 5}`, brand: n % 7 === 0 ? null : `Brand ${n % 7}`, product_type: null, name: `Product ${n}` }));
  const users = Array.from({ length: 60 }, (_, n) => ({ user_id: id(1, n), registered_at: at(whole_(600), whole_(86_400)), country: pick(countries)[1] }));
  const [ordersRows, lines, refunds, payments, parcels, returns, parts]: Row[][] = [[], [], [], [], [], [], []];
  for (let n = 0; n < count; n += 1) {
    const day = whole_(731);
    // Every tenth order is placed at an edge of a day, where a zone's day is another one.
    const placed = at(day, n % 10 === 0 ? pick([0, 1, 3_599, 86_399]) : whole_(86_400));
    const user = random() < 0.2 ? null : pick(users).user_id;
    const [country_code, country] = pick(countries);
    const currency = pick(["EUR", "EUR", "GBP", "JPY"]);
    const head = { order_id: id(5, n), user_id: user, customer_type: user ? "REGISTERED" : "GUEST", country_code, country, currency, placed_at: placed, placed_date: placed.slice(0, 10) };
    const own = Array.from({ length: whole_(4) }, (_, index) => {
      const product = pick(products);
      const quantity = 1 + whole_(5);
      return { ...head, line_id: id(6, n * 10 + index), line_kind: "PRODUCT", product_id: product.product_id, variant_id: product.product_id, // now and then somebody sold it who does not have it today
        vendor_id: whole_(8) === 0 ? pick([null, ...RANDOM.vendors]) : product.vendor_id, quantity, units_sold: quantity, amount: BigInt(1 + whole_(9_000)), charge_kind: null };
    });
    const charge = random() < 0.5 ? [{ ...head, line_id: id(6, n * 10 + 9), line_kind: "CHARGE", product_id: null, variant_id: null, vendor_id: null, quantity: 1, units_sold: 0, amount: BigInt(whole_(900)), charge_kind: "SHIPPING" }] : [];
    const all = [...own, ...charge];
    const revenue = all.reduce((sum, line) => sum + line.amount, 0n);
    const charges = charge.reduce((sum, line) => sum + line.amount, 0n);
    const discount = random() < 0.3 ? revenue / 10n : 0n;
    lines?.push(...all.map((line) => ({ ...line, amount: cents(line.amount) })));
    ordersRows?.push({ ...head, number: String(n), state: pick(["PAID", "SHIPPED", "DELIVERED", "CANCELLED"]), revenue: cents(revenue), charges: cents(charges), shipping: cents(charges), units_sold: own.reduce((sum, line) => sum + line.units_sold, 0), total: cents(revenue - discount), lines: all.length, discounts: cents(discount), tax: cents(revenue / 20n), tax_included: cents(revenue / 6n) });
    for (const line of own.filter(() => random() < 0.25)) {
      const back = at(day + whole_(20), whole_(86_400));
      refunds?.push({ ...head, refund_line_id: line.line_id, refund_id: id(8, n), order_id: random() < 0.1 ? null : head.order_id, line_kind: "PRODUCT", product_id: line.product_id, refunded_at: back, refunded_date: back.slice(0, 10), quantity: line.quantity, amount: cents(line.amount), match_quality: "REFERENCED" });
      returns?.push({ ...head, return_id: id(8, n), order_line_id: line.line_id, product_id: line.product_id, vendor_id: line.vendor_id, state: "RECEIVED", is_exchange: random() < 0.3, requested_at: back, requested_date: back.slice(0, 10), quantity: line.quantity });
    }
    payments?.push({ ...head, payment_id: id(7, n), provider: "bank", method: pick(["CARD", "GIFT_CARD"]), state: pick(["CAPTURED", "VOIDED", "REFUNDED"]), paid_at: placed, paid_date: placed.slice(0, 10), authorized: cents(revenue), captured: cents(random() < 0.2 ? 0n : revenue), refunded: cents(random() < 0.2 ? revenue / 2n : 0n), is_synthetic: true });
    const shipped = random() < 0.7 ? at(day + 1 + whole_(5), whole_(86_400)) : null;
    const delivered = shipped && random() < 0.8 ? at(day + 7 + whole_(9), whole_(86_400)) : null;
    parcels?.push({ ...head, fulfilment_id: id(7, n), vendor_id: own[0]?.vendor_id ?? null, state: "X", carrier: pick([null, "Post", "Bike"]), created_at: placed, created_date: placed.slice(0, 10), shipped_at: shipped, delivered_at: delivered, lines: own.length, units: own.length * 2, hours_to_ship: shipped ? `${1 + whole_(200)}.${whole_(1_000).toString().padStart(3, "0")}` : null, hours_under_way: delivered ? `${1 + whole_(300)}.5` : null });
    for (const vendor of new Set(own.flatMap((line) => line.vendor_id ?? []))) {
      const gross = own.filter((line) => line.vendor_id === vendor).reduce((sum, line) => sum + line.amount, 0n);
      parts?.push({ ...head, vendor_order_id: id(8, n * 10 + RANDOM.vendors.indexOf(vendor as never)), vendor_id: vendor, vendor: "V", number: "1", order_state: "PAID", gross: cents(gross), discount: "0", tax_included: "0", net: cents(gross - gross / 6n), commission_rate: "0.1", commission: cents(gross / 10n), share: cents(gross - gross / 10n), refunded_net: "0", reversed: cents(random() < 0.2 ? gross / 4n : 0n) });
    }
  }
  const customers = users.map((user) => {
    const own = ordersRows?.filter((order) => order["user_id"] === user.user_id).map((order) => String(order["placed_at"])).sort() ?? [];
    return { ...user, first_order_at: own[0] ?? null, last_order_at: own.at(-1) ?? null };
  });
  const funnel = Array.from({ length: 731 }, (_, day) => ({ visit_date: at(day, 0).slice(0, 10), visits: 50 + whole_(50), searched: whole_(40), viewed: 40, added_to_cart: 10 + whole_(10), checkout_started: 5 + whole_(5), delivery_chosen: 4, payment_chosen: 3, purchased: whole_(4), synthetic_visits: 0 }));
  const stock = products.flatMap((product, n) => ["W1", "W2"].map((warehouse, place) => ({ variant_id: product.product_id, warehouse_id: id(9, place), product_id: product.product_id, sku: "X", warehouse, on_hand: whole_(30), reserved: n % 3, available: n % 6 === 0 ? 0 : whole_(20), incoming: 0, updated_at: at(1, 1) })));
  for (const [table, rows] of Object.entries({
    fct_orders: ordersRows, fct_order_lines: lines, fct_refunds: refunds, fct_payments: payments, fct_fulfilments: parcels, fct_returns: returns, fct_vendor_orders: parts,
    dim_customers: customers, dim_products: products, rpt_funnel_daily: funnel, dim_inventory: stock,
    ...visitsOf({ random: seeded(seed + 1), id, products, orders: ordersRows ?? [], customers }),
  })) await fillTable(owner, `marts_a.${table}`, whole(table, rows ?? []));
  await fillDailyAggregates(owner, "a");
  await pointTo(owner, { slot: "a", buildId: RANDOM.buildId, asOf: MARTS.asOf, businessAsOf: "2025-12-31T12:00:00Z" });
}
