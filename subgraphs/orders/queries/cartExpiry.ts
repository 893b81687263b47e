import type { Tx } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";
import { BEING_BOUGHT } from "./cartContents.ts";

const unused = query({
  name: "orders.holdUnusedCarts",
  text: `select c.id from orders.carts c cross join orders.pricing_rules r
    where c.state = 'OPEN' and c.updated_at < $1::timestamptz - make_interval(days => r.cart_lifetime_days)
    order by c.updated_at limit $2 for update of c skip locked`,
  params: ["timestamptz", "int4"],
  row: { id: "uuid" },
  budget: { access: "write", maxRows: 500 },
});

// A statement after the lock sees a checkout that began in between.
const expire = query({
  name: "orders.expireCarts",
  text: `with closed as (
      update orders.carts c set state = 'EXPIRED', version = c.version + 1
      where c.id = any($1) and c.state = 'OPEN'
        and not exists (select from orders.checkouts k where k.cart_id = c.id and k.state in (${BEING_BOUGHT}))
      returning c.id, c.user_id, c.updated_at
    ), forgotten as (
      delete from orders.cart_delivery d using closed where d.cart_id = closed.id
    )
    select closed.id, closed.user_id, closed.updated_at, (select count(*) from orders.cart_lines l where l.cart_id = closed.id) as lines from closed`,
  params: ["uuid[]"],
  row: { id: "uuid", user_id: "uuid?", updated_at: "timestamptz", lines: "int8" },
  budget: { access: "write", maxRows: 500 },
});

export interface ExpiredCart {
  readonly id: string;
  readonly userId: string | null;
  readonly updatedAt: Date;
  readonly lines: bigint;
}

/** Closes up to `limit` carts that nobody has changed for as long as the shop's carts live and nobody is buying. What was known of where they go is forgotten. */
export async function expireUnusedCarts(tx: Tx, at: Date, limit: number): Promise<ExpiredCart[]> {
  const held = await tx.many(unused, [at, limit]);
  if (held.length === 0) return [];
  return (await tx.many(expire, [held.map((row) => row.id)])).map((row) => ({ id: row.id, userId: row.user_id, updatedAt: row.updated_at, lines: row.lines }));
}
