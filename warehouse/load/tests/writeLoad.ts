import { Database, type DatabaseConfig } from "#platform/db/database.ts";
import { seeded } from "#platform/seeded.ts";
import { touchable, touchSql } from "./touchTables.ts";

/** Whole numbers below a bound, the same for the same seed. */
export function wholeNumbers(seed: number): (below: number) => number {
  const random = seeded(seed);
  return (below) => Math.floor(random() * below);
}

export interface WriteLoad {
  /** Stops and says how many transactions had an answer. */
  stop(): Promise<number>;
}

const LONG = "lorem ipsum dolor sit amet ".repeat(400);

/**
 * Writes into the shop without a pause: orders with lines, updates, deletes, long texts, key changes, rolled-back and
 * large transactions, now and then a truncate; beside them rows of every other published table. Goes on through broken
 * connections, as clients do. The shop's checks and triggers must be out of the way (touchTables.ts).
 */
export function startWriting(config: DatabaseConfig, seed: number, onDone: () => void = () => {}): WriteLoad {
  const random = wholeNumbers(seed);
  const db = Database.open({ ...config, max: 3, applicationName: "write load" });
  let going = true;
  let done = 0;
  let tables: Awaited<ReturnType<typeof touchable>> = [];
  const one = async () => {
    if (tables.length === 0) tables = await touchable(db);
    const kind = random(150);
    await db.tx(async (tx) => {
      if (kind < 50) {
        await tx.raw(`with o as (insert into orders.orders (number, state, currency, placed_at, total_units, exponent, source)
            values (uuidv7()::text, 'PLACED', 'GBP', now(), $1, 2, 'API') returning id)
          insert into orders.order_lines (order_id, position, variant_id, product_id, sku, name, quantity, unit_amount, exponent)
          select o.id, n, uuidv7(), uuidv7(), 'S' || n, 'Line ' || n, n, 250, 2 from o, generate_series(1, $2::int) n`, [random(10_000), 1 + random(8)]);
      } else if (kind < 65) {
        await tx.raw("update orders.orders set state = 'PAID', total_units = total_units + 1 where id in (select id from orders.orders where placed_at >= now() - interval '1 minute' order by id desc limit $1)", [1 + random(20)]);
      } else if (kind < 75) {
        await tx.raw("delete from orders.order_lines where id in (select id from orders.order_lines order by id desc limit $1)", [1 + random(10)]);
      } else if (kind < 85) {
        await tx.raw("insert into users.vendors (slug, name, created_at) values ($1, $2, now()) on conflict (slug) do update set created_at = now()", [`v${random(30)}`, LONG + random(1000)]);
      } else if (kind < 90) {
        await tx.raw("update users.vendors set id = uuidv7() where slug = $1", [`v${random(30)}`]);
      } else if (kind < 95) {
        await tx.raw("update orders.orders set total_units = 0 where id in (select id from orders.orders order by id desc limit 50)");
        throw new Error("rolled back on purpose");
      } else if (kind < 99) {
        await tx.raw("insert into events.behaviour_events (session_id, type, occurred_at) select uuidv7(), 'VIEW', now() from generate_series(1, $1::int)", [random(40) === 0 ? 12_000 : 50]);
      } else if (kind === 99) {
        await tx.raw("truncate events.behaviour_events");
      } else {
        for (let table = tables[random(tables.length)], n = 0; table && n < 1 + random(3); table = tables[random(tables.length)], n += 1) {
          await tx.raw(touchSql(table, (["insert", "insert", "insert", "update", "update", "delete"] as const)[random(6)] ?? "insert", 1 + random(20)));
        }
      }
    });
    done += 1;
    onDone();
  };
  const writer = async () => {
    while (going) await one().catch(() => new Promise((resolve) => setTimeout(resolve, 5)));
  };
  const writers = Promise.all([writer(), writer()]);
  return {
    async stop() {
      going = false;
      await writers;
      await db.close();
      return done;
    },
  };
}
