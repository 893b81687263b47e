import type { AuditCheck } from "./auditCheck.ts";

/** States of a checkout that may still become an order; those of the index checkouts_live. */
const LIVE = "'HELD', 'REVIEW', 'UNDOING'";

/** Promotions, codes and gift cards: counters, uses, balances, movements and the books tell the same. */
export const checks: readonly AuditCheck[] = [
  {
    name: "a promotion is used no more often than its limit allows, and its counter is its uses",
    sql: `select 'promotion ' || u.promotion_id as what, format('limit %s, held %s and used %s by the counter, held %s and used %s by its uses', u.usage_limit, u.held, u.used, r.held, r.used) as detail
      from orders.promotion_uses u
      cross join lateral (select count(*) filter (where d.state = 'HELD') as held, count(*) filter (where d.state = 'USED') as used
        from orders.promotion_redemptions d where d.promotion_id = u.promotion_id and d.is_counted) r
      where u.held + u.used > u.usage_limit or (u.held, u.used) is distinct from (r.held, r.used)
        or exists (select 1 from orders.promotion_redemptions d where d.promotion_id = u.promotion_id and d.state in ('HELD', 'USED') and not d.is_counted)`,
  },
  {
    name: "a code is used no more often than its limit allows, and its counter is its uses",
    sql: `select 'code ' || c.id as what, format('limit %s, held %s and used %s by the counter, held %s and used %s by its uses', c.usage_limit, c.held, c.used, r.held, r.used) as detail
      from orders.promotion_codes c
      cross join lateral (select count(*) filter (where d.state = 'HELD') as held, count(*) filter (where d.state = 'USED') as used
        from orders.promotion_redemptions d where d.promotion_id = c.promotion_id and d.code_id = c.id) r
      where c.usage_limit is not null and (c.held + c.used > c.usage_limit or (c.held, c.used) is distinct from (r.held, r.used))`,
  },
  {
    name: "no customer uses a promotion more often than a customer may, and the counter is the uses",
    sql: `select 'promotion ' || u.promotion_id as what, format('%s: limit %s, held %s and used %s by the counter, held %s and used %s by the uses', left(u.customer_key, 12), u.usage_limit, u.held, u.used, r.held, r.used) as detail
      from orders.promotion_customer_uses u
      cross join lateral (select count(*) filter (where d.state = 'HELD') as held, count(*) filter (where d.state = 'USED') as used
        from orders.promotion_redemptions d where d.promotion_id = u.promotion_id and u.customer_key = any(d.customer_keys)) r
      where u.held + u.used > u.usage_limit or (u.held, u.used) is distinct from (r.held, r.used)`,
  },
  {
    name: "a use is held by a purchase under way alone",
    sql: `select 'checkout ' || r.checkout_id as what, format('promotion %s, checkout %s', r.promotion_id, k.state) as detail
      from orders.promotion_redemptions r join orders.checkouts k on k.id = r.checkout_id where r.state = 'HELD' and k.state not in (${LIVE})`,
  },
  {
    name: "a promotion that took something off an order was used by it, and the other way round",
    sql: `select 'order ' || coalesce(d.order_id, r.order_id) as what, format('promotion %s took off %s, its use says %s', coalesce(d.promotion_id, r.promotion_id), d.units, r.units) as detail
      from (select x.order_id, x.promotion_id, sum(x.units) as units from orders.order_discounts x join orders.orders o on o.id = x.order_id and o.source = 'API'
        where x.promotion_id is not null group by x.order_id, x.promotion_id) d
      full join (select y.order_id, y.promotion_id, y.units from orders.promotion_redemptions y join orders.orders o on o.id = y.order_id and o.source = 'API' where y.state = 'USED') r
        on r.order_id = d.order_id and r.promotion_id = d.promotion_id
      where d.units is distinct from r.units`,
  },
  {
    name: "the balance of a gift card is the sum of its movements",
    sql: `select 'gift card ' || g.id as what, format('balance %s, movements %s', g.balance_units, m.units) as detail
      from orders.gift_cards g cross join lateral (select coalesce(sum(x.units), 0) as units from orders.gift_card_movements x where x.gift_card_id = g.id) m
      where g.balance_units <> m.units or g.balance_units < 0`,
  },
  {
    name: "what is held of a gift card is the sum of its holds",
    sql: `select 'gift card ' || g.id as what, format('held %s, holds %s', g.held_units, h.units) as detail
      from orders.gift_cards g cross join lateral (select coalesce(sum(x.units), 0) as units from orders.gift_card_holds x where x.gift_card_id = g.id and x.state = 'HELD') h
      where g.held_units <> h.units or g.held_units not between 0 and g.balance_units`,
  },
  {
    name: "a gift card is held by a purchase under way alone",
    sql: `select 'checkout ' || h.checkout_id as what, format('gift card %s, checkout %s', h.gift_card_id, k.state) as detail
      from orders.gift_card_holds h join orders.checkouts k on k.id = h.checkout_id where h.state = 'HELD' and k.state not in (${LIVE})`,
  },
  {
    name: "what the shop owes to holders of gift cards is what the books say",
    sql: `select 'currency ' || coalesce(c.currency, b.currency) as what, format('balances %s, books %s', c.units, b.units) as detail
      from (select g.currency, sum(g.balance_units) as units from orders.gift_cards g group by g.currency) c
      full join (select e.currency, -sum(e.units) as units from orders.ledger_entries e where e.account = 'gift_cards' group by e.currency) b on b.currency = c.currency
      where coalesce(c.units, 0) <> coalesce(b.units, 0)`,
  },
  {
    name: "what gift cards paid for an order is what its payments say",
    sql: `select 'order ' || coalesce(m.order_id, p.order_id) as what, format('cards paid %s, payments %s', m.units, p.units) as detail
      from (select x.order_id, -sum(x.units) as units from orders.gift_card_movements x join orders.orders o on o.id = x.order_id and o.source = 'API' group by x.order_id) m
      full join (select y.order_id, sum(y.amount_units - y.refunded_units) as units from orders.payments y join orders.orders o on o.id = y.order_id and o.source = 'API'
        where y.method = 'GIFT_CARD' group by y.order_id) p on p.order_id = m.order_id
      where coalesce(m.units, 0) <> coalesce(p.units, 0)`,
  },
];
