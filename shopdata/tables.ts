import type { CopyTarget } from "./copy.ts";

/** The shop's tables that are filled by COPY, with the columns that a filler gives; the others have defaults or are generated. */
const target = (table: string, columns: string): CopyTarget => ({ table, columns: columns.split(", ") });

export const TABLES = {
  users: target("users.users", "id, email, display_name, roles, country_code, external_ref, created_at"),
  addresses: target("users.addresses", "id, user_id, country_code, country_label, is_default, created_at"),
  vendors: target("users.vendors", "id, slug, name, is_synthetic, created_at"),
  categories: target("catalog.categories", "id, slug, name, is_synthetic"),
  products: target("catalog.products", "id, slug, name, status, vendor_id, category_id, external_ref, created_at, updated_at"),
  variants: target("catalog.variants", "id, product_id, sku, name, created_at"),
  prices: target("catalog.prices", "id, variant_id, currency, unit_amount, exponent, valid_from"),
  stockLevels: target("catalog.stock_levels", "variant_id, on_hand, is_synthetic, updated_at"),
  stockMovements: target("catalog.stock_movements", "id, variant_id, quantity, kind, order_id, reason, occurred_at, is_synthetic"),
  orders: target("orders.orders", "id, number, user_id, state, currency, country_code, country_label, placed_at, total_units, exponent, source"),
  orderLines: target("orders.order_lines", "id, order_id, position, variant_id, product_id, sku, name, quantity, unit_amount, exponent"),
  orderCharges: target("orders.order_charges", "id, order_id, position, kind, code, name, quantity, unit_amount, exponent"),
  payments: target("orders.payments", "id, order_id, provider, provider_ref, state, currency, amount_units, refunded_units, exponent, paid_at, is_synthetic"),
  refunds: target("orders.refunds", "id, number, order_id, user_id, match_quality, matched_lines, currency, country_code, country_label, refunded_at, total_units, exponent, source"),
  refundLines: target("orders.refund_lines", "id, refund_id, position, kind, variant_id, product_id, code, name, quantity, unit_amount, exponent"),
  behaviourEvents: target("events.behaviour_events", "id, session_id, user_id, type, product_id, search_text, occurred_at, is_synthetic, step, channel, source, medium, campaign, landing, device, results, position, order_id"),
  importRejections: target("platform.import_rejections", "report_id, file, line, reason, content"),
} as const;
