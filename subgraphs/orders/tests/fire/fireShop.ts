import { inject } from "vitest";
import { NOW } from "#kit/testing/testClocks.ts";
import { fillSmallShop, SMALL_SHOP } from "#kit/testing/smallShop.ts";
import { Database, type DatabaseConfig } from "#platform/db/database.ts";
import { cloneDatabase, dropDatabase } from "#platform/testing/testDatabase.ts";
import { encodeId, uuidV7 } from "#schema/values/ids.ts";

/** A variant on a shelf: its price in pence and how many there are. */
export interface Shelf {
  readonly price: number;
  readonly units: number;
}
export type CartLines = readonly (readonly [variantId: string, quantity: number])[];

/** The small shop in a database of its own, for one seed. */
export interface FireShop extends AsyncDisposable {
  /** As the superuser: to plant and to look. */
  readonly owner: Database;
  /** As martgraph_orders. */
  readonly config: DatabaseConfig;
  /** New variants, half of them a vendor's; answers their ids. */
  stock(shelves: readonly Shelf[]): Promise<string[]>;
  /** Open carts of guests; answers their ids as the graph has them. */
  carts(lines: readonly CartLines[]): Promise<string[]>;
  rows<Row extends Record<string, unknown>>(sql: string, params?: readonly unknown[]): Promise<Row[]>;
}

/** No rule but the deadline of the fraud port sends a purchase to review. */
const NO_THRESHOLDS = `update orders.checkout_settings set review_above_units = null, review_first_order_above_units = null, review_person_per_hour = null, review_email_per_hour = null,
  review_card_per_hour = null, review_declines_per_day = null, block_declines_per_day = null, review_country_mismatch_above_units = null`;

export async function openFireShop(): Promise<FireShop> {
  const server = inject("testServer");
  const database = await cloneDatabase(server, "shop");
  const owner = Database.open({ ...database.config, max: 4 });
  await fillSmallShop(owner);
  await owner.raw(NO_THRESHOLDS);
  return {
    owner,
    config: database.as("martgraph_orders"),
    async stock(shelves) {
      const made = shelves.map((shelf, index) => ({ ...shelf, id: uuidV7(new Date()), product: SMALL_SHOP.product(1 + (index % 2)), sku: `FIRE-${index + 1}` }));
      const [all, at] = [JSON.stringify(made), NOW.business];
      await owner.raw("insert into catalog.variants (id, product_id, sku, name, created_at) select v.id, v.product, v.sku, v.sku, $2 from jsonb_to_recordset($1::jsonb) as v (id uuid, product uuid, sku text)", [all, at]);
      await owner.raw("insert into catalog.prices (variant_id, currency, unit_amount, exponent, valid_from) select v.id, 'GBP', v.price, 2, $2::timestamptz - interval '1 day' from jsonb_to_recordset($1::jsonb) as v (id uuid, price bigint)", [all, at]);
      await owner.raw("insert into catalog.stock_levels (variant_id, on_hand, is_synthetic, updated_at) select v.id, v.units, true, $2 from jsonb_to_recordset($1::jsonb) as v (id uuid, units bigint)", [all, at]);
      return made.map((one) => one.id);
    },
    async carts(lines) {
      const made = lines.map((wanted) => ({ id: uuidV7(new Date()), wanted }));
      await owner.raw("insert into orders.carts (id, currency, country_code, created_at, updated_at) select c.id, 'GBP', 'GB', $2, $2 from jsonb_to_recordset($1::jsonb) as c (id uuid)", [JSON.stringify(made), NOW.business]);
      const rows = made.flatMap(({ id, wanted }) => wanted.map(([variant, quantity], index) => ({ id, variant, quantity, position: index + 1 })));
      await owner.raw(
        "insert into orders.cart_lines (cart_id, variant_id, position, quantity) select l.id, l.variant, l.position, l.quantity from jsonb_to_recordset($1::jsonb) as l (id uuid, variant uuid, position integer, quantity bigint)", [JSON.stringify(rows)]);
      return made.map((one) => encodeId("crt", one.id));
    },
    rows: async <Row extends Record<string, unknown>>(sql: string, params: readonly unknown[] = []) => (await owner.raw<Row>(sql, params)).rows,
    async [Symbol.asyncDispose]() {
      await owner.close();
      const leaks = await dropDatabase(server, database.name);
      if (leaks.length > 0) throw new Error(`connections were left open: ${leaks.join("; ")}`);
    },
  };
}
