import { setTimeout as wait } from "node:timers/promises";
import { ALL_CHECKS } from "../../queries/audit/auditBooks.ts";
import { type Breach, findBreaches } from "../../queries/audit/auditCheck.ts";
import type { Crew } from "./crew.ts";
import type { FireShop } from "./fireShop.ts";

/** What somebody still has to bring to its end. */
const UNSETTLED = `select
  (select count(*)::int from orders.checkouts where state in ('HELD', 'REVIEW', 'UNDOING')) as "purchases under way",
  (select count(*)::int from orders.checkouts where undo_since is not null) as "payments to undo",
  (select count(*)::int from orders.payment_refunds where state = 'PENDING') as "refunds under way",
  (select count(*)::int from orders.payments where busy_until is not null) as "payments at work",
  (select count(*)::int from orders.cancellations where state = 'RUNNING') as "cancellations under way"`;
const LEFT_BEHIND = "select count(*)::int as holds from catalog.held_units h where not exists (select from orders.checkouts c where c.id = h.reference_id and c.state in ('HELD', 'REVIEW', 'UNDOING'))";
const PATIENCE_MS = 180_000;
/** Holds outlive their purchase by an hour at most. */
const AHEAD_MS = 6 * 3_600_000;

async function until(what: string, left: () => Promise<Record<string, unknown>>): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const now = await left();
    if (Object.values(now).every((value) => value === 0)) return;
    if (Date.now() > end) throw new Error(`${what} does not come to rest: ${JSON.stringify(now)}`);
    await wait(250);
  }
}

/** The sweepers of the processes bring to its end what nobody comes back for; then hours pass in which forgotten holds run out. */
export async function untilQuiet(shop: FireShop, crew: Crew): Promise<void> {
  await until("the shop", async () => (await shop.rows(UNSETTLED))[0] ?? {});
  if ((await shop.rows<{ holds: number }>(LEFT_BEHIND))[0]?.holds === 0) return;
  await crew.hireAhead(AHEAD_MS);
  await until("the stock", async () => (await shop.rows(LEFT_BEHIND))[0] ?? {});
}

/** What must hold beyond the books' own checks: empty when it does. */
const FIRE_CHECKS = [
  {
    name: "the stand-in has taken what our payments say",
    sql: `select 'all' as what, format('taken %s, ours %s', t.units, p.units) as detail
      from (select coalesce(sum(captured_units - refunded_units), 0) as units from payment_fake.intents) t,
        (select coalesce(sum(amount_units - refunded_units), 0) as units from orders.payments where provider = 'fake') p where t.units <> p.units`,
  },
  {
    name: "nobody is charged without an order",
    sql: `select 'intent ' || i.ref as what, i.state || ' ' || i.captured_units as detail from payment_fake.intents i
      where i.captured_units > i.refunded_units and not exists (select from orders.payments p where p.provider = 'fake' and p.provider_ref = i.ref)`,
  },
  {
    name: "no payment is left open",
    sql: `select 'intent ' || i.ref as what, i.state as detail from payment_fake.intents i
      where i.state = 'AUTHORIZED' and not exists (select from orders.payments p where p.provider_ref = i.ref and p.state = 'AUTHORIZED')`,
  },
  {
    name: "one order per idempotency key",
    sql: `select k.actor || ' ' || k.idempotency_key as what, count(*)::text as detail from orders.checkouts k where k.state = 'COMPLETED' group by k.actor, k.operation, k.idempotency_key having count(*) > 1`,
  },
  {
    name: "an order is what was paid for it",
    sql: `select 'order ' || o.number as what, format('total %s, lines %s, taken %s', o.total_units, l.units, p.units) as detail from orders.orders o
      cross join lateral (select sum(quantity * unit_amount) as units from orders.order_lines where order_id = o.id) l
      cross join lateral (select sum(coalesce(authorized_units, amount_units)) as units from orders.payments where order_id = o.id) p
      where o.source = 'API' and (o.total_units <> p.units or o.total_units <> l.units - o.discount_units + o.shipping_units + o.tax_units)`,
  },
];

/** What does not hold when all is quiet. */
export function breachesAfter(shop: FireShop): Promise<Breach[]> {
  return shop.owner.tx((tx) => findBreaches(tx, [...ALL_CHECKS, ...FIRE_CHECKS]), { isolation: "repeatable read", readOnly: true });
}

/** Units left on shelves, by variant. */
export async function shelvesOf(shop: FireShop, variants: readonly string[]): Promise<Map<string, { onHand: number; reserved: number }>> {
  const rows = await shop.rows<{ id: string; on_hand: number; reserved: number }>("select variant_id as id, on_hand::int, reserved::int from catalog.stock_levels where variant_id = any($1)", [variants]);
  return new Map(rows.map((row) => [row.id, { onHand: row.on_hand, reserved: row.reserved }]));
}
