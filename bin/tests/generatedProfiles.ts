import { generateShop, type GeneratedSize } from "#shopdata/generated/generateShop.ts";
import { foldProfile, type Profile } from "#warehouse/quality/profile.ts";
import { type Watched, WATCHED } from "#warehouse/quality/watched.ts";

export interface ProfiledTable {
  readonly watched: Watched;
  readonly profile: Profile;
}

const UNTIL = new Date("2026-03-02T00:00:00Z");

/** What the watched tables hold of each day of a generated shop, without a database: the same figures that `profileSql` counts. */
export function generatedProfiles(seed: number, size: GeneratedSize, until = UNTIL): ProfiledTable[] {
  const shop = generateShop(seed, size, until);
  const rows: Record<string, Record<string, unknown>[]> = { fct_orders: [], fct_order_lines: [], fct_refunds: [], agg_daily_country: [], agg_half_hourly_country: [] };
  for (const { at, customer, country, lines } of shop.orders) {
    const day = dayOf(at);
    const amounts = lines.map(({ quantity, price }) => (quantity * price) / 100);
    const revenue = amounts.reduce((sum, amount) => sum + amount, 0);
    rows["fct_orders"]?.push({ placed_date: day, revenue, currency: "GBP", customer_type: customer === undefined ? "GUEST" : "REGISTERED", user_id: customer ?? null, country_code: country === "Unspecified" ? null : country });
    rows["agg_daily_country"]?.push({ date_day: day, orders: 1, country });
    rows["agg_half_hourly_country"]?.push({ date_day: day, orders: 1, half_hour: at });
    for (const [index, { product }] of lines.entries()) {
      rows["fct_order_lines"]?.push({ placed_date: day, amount: amounts[index], currency: "GBP", line_kind: product === undefined ? "CHARGE" : "PRODUCT", product_id: product ?? null });
    }
  }
  for (const { at, lines, order } of shop.refunds as readonly { at: number; order?: unknown; lines: readonly { product: number | undefined; quantity: number; price: number }[] }[]) {
    for (const { product, quantity, price } of lines) {
      rows["fct_refunds"]?.push({ refunded_date: dayOf(at), amount: (quantity * price) / 100, currency: "GBP", line_kind: product === undefined ? "CHARGE" : "PRODUCT", product_id: product ?? null, user_id: order ?? null });
    }
  }
  return WATCHED.filter(({ table }) => rows[table]).map((watched) => ({ watched, profile: profileOf(watched, rows[watched.table] ?? []) }));
}

const dayOf = (at: number) => new Date(at).toISOString().slice(0, 10);

/** Rows of a table as `profileSql` would answer them, one by one. */
export function profileOf(watched: Watched, rows: readonly Record<string, unknown>[]): Profile {
  const { day, value, rows: weight, categories = [], hours, nullable = [] } = watched;
  return foldProfile(watched, rows.map((row) => ({
    day: row[day], n: weight ? row[weight] : 1, total: value ? row[value] : 0, size: value ? sizeOf(row[value]) : 0,
    ...Object.fromEntries(categories.map((column, index) => [`c${index}`, row[column]])), ...(hours ? { [`c${categories.length}`]: Math.floor(new Date(Number(row[hours])).getUTCHours() / 4) } : {}),
    ...Object.fromEntries(nullable.map((column, index) => [`n${index}`, row[column] === null ? 1 : 0])),
  })));
}

function sizeOf(value: unknown): number | null {
  if (value === null || value === undefined) return null;
  const amount = Number(value);
  const size = 50 + Math.floor(2 * Math.log10(Math.abs(amount)));
  return amount === 0 ? 0 : Math.sign(amount) * size;
}
