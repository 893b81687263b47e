import type { Database } from "#platform/db/database.ts";
import { fillDailyAggregates } from "#platform/testing/dailyAggregates.ts";
import { fillTable, makeSlotTables, pointTo } from "#platform/testing/slotTables.ts";

const id = (kind: number, n: number) => `0191000${kind}-0000-7000-8000-${n.toString(16).padStart(12, "0")}`;

export const MARTS = {
  ada: id(1, 1),
  bob: id(1, 2),
  vendor: id(2, 1),
  otherVendor: id(2, 2),
  /** Lantern of `vendor`: sold and refunded. */
  lantern: id(3, 1),
  /** Cakestand of `otherVendor`: sold in pounds alone. */
  cakestand: id(3, 2),
  /** Never sold, priced in yen, of `vendor`. */
  teapot: id(3, 3),
  /** Sold in two currencies, of nobody. */
  bunting: id(3, 4),
  /** Never sold and without a price. */
  vase: id(3, 5),
  builds: { a: id(4, 1), b: id(4, 2) },
  asOf: "2026-03-01T12:00:00.000Z",
  businessAsOf: "2011-12-10T09:00:00.000Z",
} as const;

interface Line {
  product: string | null;
  quantity: number;
  amount: string;
}
interface Order {
  n: number;
  user: string | null;
  country: [string | null, string];
  day: string;
  currency?: string;
  lines: readonly Line[];
}

const GB: Order["country"] = ["GB", "United Kingdom"];
const IE: Order["country"] = ["IE", "Ireland"];
const NOWHERE: Order["country"] = [null, "Unspecified"];

/** Seven orders over four months, postage among them, one in euros, and what came back, one refund in a country without sales. */
const ORDERS: readonly Order[] = [
  { n: 1, user: MARTS.ada, country: GB, day: "2011-01-03", lines: [{ product: MARTS.lantern, quantity: 2, amount: "5.10" }, { product: null, quantity: 1, amount: "4.00" }] },
  { n: 2, user: MARTS.ada, country: GB, day: "2011-01-09", lines: [{ product: MARTS.lantern, quantity: 1, amount: "2.55" }] },
  { n: 3, user: MARTS.bob, country: IE, day: "2011-01-10", lines: [{ product: MARTS.cakestand, quantity: 3, amount: "30.375" }] },
  { n: 4, user: null, country: NOWHERE, day: "2011-01-10", lines: [{ product: MARTS.lantern, quantity: 4, amount: "10.20" }] },
  { n: 5, user: MARTS.bob, country: IE, day: "2011-02-01", lines: [{ product: null, quantity: 1, amount: "15.00" }] },
  { n: 6, user: MARTS.ada, country: GB, day: "2011-12-09", lines: [{ product: MARTS.bunting, quantity: 10, amount: "40.00" }] },
  { n: 7, user: MARTS.bob, country: IE, day: "2011-12-09", currency: "EUR", lines: [{ product: MARTS.bunting, quantity: 10, amount: "50.00" }] },
];
const REFUNDS = [
  { n: 1, order: 1, user: MARTS.ada, country: GB, day: "2011-01-20", product: MARTS.lantern, amount: "2.55" },
  { n: 2, order: null, user: null, country: ["FR", "France"], day: "2011-02-05", product: MARTS.lantern, amount: "1.00" },
  { n: 3, order: 5, user: MARTS.bob, country: IE, day: "2011-02-07", product: null, amount: "15.00" },
] as const;

/** Both slots with the same tables, where slot b has one order more (of 1000.00 on 2011-03-01), and slot a published. */
export async function fillSmallMarts(owner: Database): Promise<void> {
  for (const slot of ["a", "b"] as const) {
    await makeSlotTables(owner, slot);
    const extra: Order = { n: 8, user: MARTS.ada, country: GB, day: "2011-03-01", lines: [{ product: MARTS.cakestand, quantity: 1, amount: "1000.00" }] };
    const orders = slot === "a" ? ORDERS : [...ORDERS, extra];
    await fillTable(owner, `marts_${slot}.fct_orders`, orders.map(toOrder));
    await fillTable(owner, `marts_${slot}.fct_order_lines`, orders.flatMap(toLines));
    await fillTable(owner, `marts_${slot}.fct_refunds`, REFUNDS.map(toRefund));
    await fillTable(owner, `marts_${slot}.dim_products`, products());
    await fillDailyAggregates(owner, slot);
    await fillTable(owner, `marts_${slot}.rpt_cohorts_monthly`, [
      { cohort_month: "2011-01-01", month_index: 0, cohort_size: 2, customers: 2, retention: "1.000000", currency: "GBP", revenue: "42.025" },
      { cohort_month: "2011-01-01", month_index: 1, cohort_size: 2, customers: 1, retention: "0.500000", currency: "GBP", revenue: "15.00" },
      { cohort_month: "2011-02-01", month_index: 0, cohort_size: 3, customers: 3, retention: "1.000000", currency: "GBP", revenue: "7.00" },
    ]);
    const rfm = { r_score: 5, f_score: 5, m_score: 5 };
    await fillTable(owner, `marts_${slot}.rpt_customer_rfm`, [
      { user_id: MARTS.ada, recency_days: 1, frequency: 3, currency: "GBP", monetary: "51.65", segment: "CHAMPION", ...rfm },
      { user_id: MARTS.bob, recency_days: 2, frequency: 3, currency: "GBP", monetary: "95.375", segment: "CHAMPION", ...rfm },
      { user_id: MARTS.vendor, recency_days: 300, frequency: 1, currency: "EUR", monetary: "1.00", segment: "LOST", ...rfm },
    ]);
  }
  await publishSlot(owner, "a");
}

export async function publishSlot(owner: Database, slot: "a" | "b"): Promise<void> {
  await pointTo(owner, { slot, buildId: MARTS.builds[slot], asOf: MARTS.asOf, businessAsOf: MARTS.businessAsOf });
}

const sumOf = (lines: readonly Line[], of: (line: Line) => bigint) => lines.reduce((sum, line) => sum + of(line), 0n);
const thousandths = (amount: string) => BigInt(amount.replace(/\.(\d*)$/, (_, digits: string) => digits.padEnd(3, "0")));
const inThousandths = (units: bigint) => `${units / 1000n}.${(units % 1000n).toString().padStart(3, "0")}`;
const typeOf = (user: string | null) => (user === null ? "GUEST" : "REGISTERED");

function toOrder({ n, user, country, day, currency = "GBP", lines }: Order) {
  const revenue = sumOf(lines, (line) => thousandths(line.amount));
  return {
    order_id: id(5, n), number: String(n), user_id: user, customer_type: typeOf(user), state: "PAID", country_code: country[0], country: country[1], currency,
    placed_at: `${day}T10:00:00Z`, placed_date: day, revenue: inThousandths(revenue), units_sold: Number(sumOf(lines, (line) => (line.product ? BigInt(line.quantity) : 0n))),
    charges: inThousandths(sumOf(lines, (line) => (line.product ? 0n : thousandths(line.amount)))), total: inThousandths(revenue), lines: lines.length,
    discounts: "0", shipping: inThousandths(sumOf(lines, (line) => (line.product ? 0n : thousandths(line.amount)))), tax: "0", tax_included: "0",
  };
}

function toLines({ n, user, country, day, currency = "GBP", lines }: Order) {
  return lines.map((line, index) => ({
    line_id: id(6, n * 100 + index), order_id: id(5, n), line_kind: line.product ? "PRODUCT" : "CHARGE", product_id: line.product, variant_id: line.product, code: line.product ? "X" : "POST", name: "x",
    user_id: user, customer_type: typeOf(user), country_code: country[0], country: country[1], currency, placed_at: `${day}T10:00:00Z`, placed_date: day,
    quantity: line.quantity, units_sold: line.product ? line.quantity : 0, amount: line.amount, charge_kind: line.product ? null : "SHIPPING", discount: "0", tax: "0", tax_included: "0",
  }));
}

function toRefund({ n, order, user, country, day, product, amount }: (typeof REFUNDS)[number]) {
  return {
    refund_line_id: id(7, n), refund_id: id(8, n), order_id: order === null ? null : id(5, order), line_kind: product ? "PRODUCT" : "CHARGE", product_id: product, code: "X", user_id: user,
    customer_type: typeOf(user), country_code: country[0], country: country[1], currency: "GBP", refunded_at: `${day}T10:00:00Z`, refunded_date: day, quantity: 1, amount,
    match_quality: order === null ? "NONE" : "REFERENCED",
  };
}

function products() {
  const one = (product_id: string, slug: string, vendor_id: string | null, currency: string | null) => ({ product_id, sku: "X", slug, name: slug, status: "ACTIVE", vendor_id, unit_price: currency ? "2.55" : null, currency, pictures: 0, review_count: 0, wishlist_count: 0 });
  return [
    one(MARTS.lantern, "lantern", MARTS.vendor, "GBP"), one(MARTS.cakestand, "cakestand", MARTS.otherVendor, "GBP"), one(MARTS.teapot, "teapot", MARTS.vendor, "JPY"),
    one(MARTS.bunting, "bunting", null, "GBP"), one(MARTS.vase, "vase", null, null),
  ];
}
