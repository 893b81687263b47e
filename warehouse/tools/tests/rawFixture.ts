import type { Database } from "#platform/db/database.ts";
import { createRawTable, indexRawTable } from "../../engines/postgres/rawTables.ts";
import { readPublication } from "../../extract/publication.ts";

/** A readable identifier: id(7) ends in 000000000007. */
export const id = (n: number): string => `00000000-0000-7000-8000-${String(n).padStart(12, "0")}`;

type Row = Record<string, unknown>;

/** Writes versions straight into raw, as the loader would have, without a shop behind it. */
export class RawFixture {
  readonly #loader: Database;
  constructor(loader: Database) {
    this.#loader = loader;
  }

  /** Makes the raw table of every table that the shop publishes. */
  static async create(shop: Database, loader: Database): Promise<RawFixture> {
    const tables = await readPublication(shop, "martgraph");
    await loader.tx(async (tx) => {
      for (const table of tables) {
        await createRawTable(tx, table);
        await indexRawTable(tx, table);
      }
    });
    return new RawFixture(loader);
  }

  /** A row that is new at a position. */
  async add(table: string, pos: number, rows: readonly Row[]): Promise<void> {
    const versions = rows.map((row) => ({ _op: "c", _from_pos: pos, _to_pos: null, _committed_at: "2026-01-01T00:00:00Z", ...row }));
    await this.#loader.raw(`insert into raw.${table} select * from jsonb_populate_recordset(null::raw.${table}, $1::jsonb)`, [JSON.stringify(versions)]);
  }

  /** A row that changes at a position: its version until then ends, another begins. */
  async change(table: string, pos: number, key: string, values: Row): Promise<void> {
    const before = await this.#end(table, pos, key);
    await this.add(table, pos, [{ ...before, _op: "u", _from_pos: pos, _to_pos: null, ...values }]);
  }

  /** A row that is deleted at a position: its version ends, a tombstone with the key alone begins. */
  async remove(table: string, pos: number, key: string): Promise<void> {
    await this.#end(table, pos, key);
    await this.add(table, pos, [{ id: key, _op: "d" }]);
  }

  async #end(table: string, pos: number, key: string): Promise<Row> {
    const { rows } = await this.#loader.raw<{ row: Row }>(
      `update raw.${table} as v set _to_pos = $1 where id = $2 and _to_pos is null returning to_jsonb(v) as row`,
      [pos, key],
    );
    const [before] = rows;
    if (!before) throw new Error(`raw.${table} has no open version of ${key}`);
    return before.row;
  }

  /** A small shop: two people, two products, three orders (one of a guest), one refund; all at position 10. */
  async fill(): Promise<void> {
    const pos = 10;
    await this.add("users__users", pos, [1, 2].map((n) => ({ id: id(n), email: `person${n}@example.test`, display_name: `Person ${n}`, roles: ["CUSTOMER"], country_code: "GB", status: "ACTIVE", created_at: "2026-01-01T00:00:00Z" })));
    await this.add("users__addresses", pos, [{ id: id(11), user_id: id(1), country_code: "GB", country_label: "United Kingdom", is_default: true, created_at: "2026-01-01T00:00:00Z" }]);
    await this.add("catalog__categories", pos, [{ id: id(21), slug: "kitchen", name: "Kitchen" }]);
    await this.add("catalog__products", pos, [31, 32].map((n) => ({ id: id(n), slug: `product-${n}`, name: `Product ${n}`, status: "ACTIVE", category_id: id(21), created_at: "2026-01-01T00:00:00Z", updated_at: "2026-01-01T00:00:00Z" })));
    await this.add("catalog__variants", pos, [31, 32].map((n) => ({ id: id(n + 10), product_id: id(n), sku: `SKU-${n}`, name: "One size", created_at: "2026-01-01T00:00:00Z" })));
    await this.add("catalog__prices", pos, [31, 32].map((n) => ({ id: id(n + 20), variant_id: id(n + 10), currency: "GBP", unit_amount: 2085, exponent: 3, valid_from: "2026-01-01T00:00:00Z" })));
    await this.add("users__consents", pos, [{ id: id(61), user_id: id(1), purpose: "ANALYTICS", is_granted: true, source: "ACCOUNT", decided_at: "2026-01-02T00:00:00Z" }]);
    await this.add("users__sessions", pos, [{ id: id(62), user_id: id(1), created_at: "2026-01-02T00:00:00Z" }]);
    await this.add("catalog__reviews", pos, [1, 2].map((n) => ({ id: id(62 + n), product_id: id(31), user_id: id(n), rating: 6 - n, state: "PUBLISHED", is_verified: true, created_at: "2026-02-10T00:00:00Z", published_at: "2026-02-11T00:00:00Z" })));
    await this.add("catalog__wishlists", pos, [1, 2].map((n) => ({ id: id(64 + n), user_id: id(n), is_default: true, created_at: "2026-01-02T00:00:00Z" })));
    await this.add("catalog__wishlist_items", pos, [1, 2].map((n) => ({ wishlist_id: id(64 + n), product_id: id(32), added_at: "2026-01-02T00:00:00Z" })));
    await this.order(pos, { order: 101, user: 1, placedAt: "2026-02-01T10:00:00Z", lines: [[1, 31, 3], [2, 32, 1]], charge: 3 });
    await this.order(pos, { order: 102, user: null, placedAt: "2026-02-01T11:00:00Z", lines: [[4, 31, 1]] });
    await this.order(pos, { order: 103, user: 2, placedAt: "2026-05-20T10:00:00Z", lines: [[5, 32, 2]] });
    // Two visits: a search by mail that ends in the first order, and looks around by nobody known.
    const event = (n: number, visit: number, at: string, more: Row) => ({ id: id(n), session_id: id(visit), user_id: null, occurred_at: `2026-02-01T${at}Z`, is_synthetic: false, ...more });
    await this.add("events__behaviour_events", pos, [
      event(701, 71, "09:30:00", { user_id: id(1), type: "SEARCH", search_text: "product", results: 2, channel: "EMAIL", source: "newsletter", medium: "email", landing: "SEARCH", device: "MOBILE" }),
      event(702, 71, "09:31:00", { user_id: id(1), type: "VIEW", product_id: id(31), position: 1 }),
      event(703, 71, "09:32:00", { user_id: id(1), type: "ADD_TO_CART", product_id: id(31) }),
      event(704, 71, "10:00:00", { user_id: id(1), type: "PURCHASE", order_id: id(101) }),
      event(705, 72, "10:30:00", { type: "VIEW", product_id: id(31), channel: "DIRECT" }),
      event(706, 72, "12:30:00", { type: "VIEW", product_id: id(32), channel: "DISPLAY" }),
    ]);
    await this.add("orders__refunds", pos, [{ id: id(301), number: "C1", order_id: id(101), user_id: id(1), match_quality: "EXACT", matched_lines: 1, currency: "GBP", country_code: "GB", refunded_at: "2026-02-03T00:00:00Z", total_units: 209, exponent: 2, source: "API", recorded_at: "2026-02-03T00:00:00Z" }]);
    await this.add("orders__refund_lines", pos, [{ id: id(302), refund_id: id(301), position: 1, kind: "PRODUCT", variant_id: id(41), product_id: id(31), code: "SKU-31", name: "Product 31", quantity: 1, unit_amount: 2085, exponent: 3 }]);
  }

  /** An order with lines [line, product, quantity] at 2.085 each and perhaps a charge of 4.50; its total is rounded half to even. */
  async order(pos: number, order: { order: number; user: number | null; placedAt: string; lines: readonly (readonly [number, number, number])[]; charge?: number }): Promise<void> {
    const thousandths = order.lines.reduce((sum, [, , quantity]) => sum + quantity * 2085, 0) + (order.charge ? 4500 : 0);
    const base = { order_id: id(order.order), exponent: 3 };
    await this.add("orders__orders", pos, [{ id: id(order.order), number: String(order.order), user_id: order.user ? id(order.user) : null, state: "PAID", currency: "GBP", country_code: "GB", placed_at: order.placedAt, total_units: Math.round(thousandths / 10), exponent: 2, source: "API", recorded_at: order.placedAt }]);
    await this.add("orders__order_lines", pos, order.lines.map(([line, product, quantity], index) => ({ ...base, id: id(200 + line), position: index + 1, variant_id: id(product + 10), product_id: id(product), sku: `SKU-${product}`, name: `Product ${product}`, quantity, unit_amount: 2085, discount_units: 0, tax_units: 0, tax_included_units: 0 })));
    if (order.charge) await this.add("orders__order_charges", pos, [{ ...base, id: id(200 + order.charge), position: 99, kind: "SHIPPING", code: "POST", name: "Postage", quantity: 1, unit_amount: 4500 }]);
  }
}

/** Sets what the pipeline sets before a build of the slot. */
export async function standAt(builder: Database, slot: "a" | "b", at: { cut: number; complete: number; businessAsOf: string; completeAsOf?: string }): Promise<void> {
  await builder.raw("update ops.slot_state set cut_pos = $2, complete_pos = $3, business_as_of = $4, cut_committed_at = $4, complete_as_of = $5 where slot = $1", [slot, at.cut, at.complete, at.businessAsOf, at.completeAsOf ?? null]);
}

/** A checksum of every table of the slot's marts and features, whatever the order of their rows. */
export async function slotChecksums(builder: Database, slot: "a" | "b"): Promise<Record<string, string>> {
  const { rows: tables } = await builder.raw<{ name: string; layer: string; table_name: string }>(
    `select format('%I.%I', schemaname, tablename) as name, split_part(schemaname, '_', 1) as layer, tablename as table_name
       from pg_tables where schemaname in ($1, $2) order by 1`,
    [`marts_${slot}`, `features_${slot}`],
  );
  const sums: Record<string, string> = {};
  for (const { name, layer, table_name: table } of tables) {
    // jsonb drops a numeric's trailing zeros nowhere, so 1.0 and 1.00 would differ; both slots must agree in that too.
    const { rows } = await builder.raw<{ sum: string }>(`select count(*) || ':' || coalesce(md5(string_agg(t::text, '|' order by t::text)), '') as sum from ${name} as t`);
    sums[`${layer}.${table}`] = rows[0]?.sum ?? "";
  }
  return sums;
}
