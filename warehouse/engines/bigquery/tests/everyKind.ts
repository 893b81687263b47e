import type { Database } from "#platform/db/database.ts";

/** An identifier for the n-th thing of a kind, the same every time. */
const id = (kind: string, n: string) => `md5('${kind}' || ${n})::uuid`;
/** The shop's oldest orders, numbered: every kind of thing below hangs on some of them. */
const SOME = (few: number) => `(select o.*, row_number() over (order by o.placed_at, o.id) as n from orders.orders o where o.user_id is not null order by o.placed_at, o.id limit ${few}) o`;

/**
 * What a generated shop lacks, so that no mart stays empty: carts and checkouts, parcels, returns, promotions, vendors' shares, gift cards,
 * reviews, disputes, the ledger and what the provider told; prices in yen and dinars, words that upper and lower case differ on, instants
 * a microsecond before midnight, nothing where nothing may stand. Everything follows from the generated rows alone.
 */
export async function addEveryKind(shop: Database): Promise<void> {
  await shop.raw(`
    update orders.orders set currency = 'JPY', exponent = 0, total_units = total_units / 100 where id in (select id from orders.orders order by md5(id::text) limit 20);
    update orders.order_lines l set exponent = 0, unit_amount = unit_amount / 100 + 1 from orders.orders o where o.id = l.order_id and o.currency = 'JPY';
    update orders.payments p set currency = 'JPY', exponent = 0, amount_units = amount_units / 100, refunded_units = refunded_units / 100 from orders.orders o where o.id = p.order_id and o.currency = 'JPY';
    update orders.refunds r set currency = 'JPY', exponent = 0, total_units = r.total_units / 100 from orders.orders o where o.id = r.order_id and o.currency = 'JPY';
    update orders.refund_lines l set exponent = 0, unit_amount = unit_amount / 100 from orders.refunds r where r.id = l.refund_id and r.currency = 'JPY';
    update catalog.products set name = (array['Straße & Söhne', 'ÉTÉ''s "best" İI', E'two\\nlines\\tand \\\\ more', '日本の茶碗 🍵', ' padded '])[1 + abs(hashtext(slug)) % 5] || ' ' || name where id in (select id from catalog.products order by md5(id::text) limit 15);
    update orders.orders set placed_at = date_trunc('day', placed_at) + interval '1 day - 1 microsecond' where id in (select id from orders.orders where source = 'GENERATED' or true order by md5('midnight' || id) limit 15) and placed_at < '2026-08-20';
    update catalog.stock_levels set low_stock_threshold = 5 where variant_id in (select variant_id from catalog.stock_levels order by variant_id limit 12)`);
  await shop.raw(`
    insert into orders.carts (id, user_id, currency, country_code, state, created_at, updated_at)
      select ${id("cart", "n")}, case when n % 4 > 0 then o.user_id end, o.currency, case when n % 3 > 0 then 'DE' end, (array['OPEN', 'ORDERED', 'EXPIRED'])[1 + n % 3], o.placed_at - interval '3 hours', o.placed_at - interval '90 minutes 0.000001 second' from ${SOME(60)};
    insert into orders.cart_lines (cart_id, variant_id, position, quantity, added_unit_amount, added_exponent)
      select ${id("cart", "n")}, v.id, v.place, 1 + (n + v.place) % 4, case when n % 5 > 0 then 199 + 7 * n end, case when n % 5 > 0 then 3 end from ${SOME(50)}, (select id, row_number() over (order by id) as place from catalog.variants order by id limit 3) v where v.place <= 1 + n % 3;
    insert into orders.checkouts (id, cart_id, user_id, actor, idempotency_key, state, currency, country_code, total_units, exponent, lease_until, created_at, provider, intent_ref, due_units)
      select ${id("checkout", "n")}, ${id("cart", "n")}, o.user_id, 'test', 'k' || n, (array['COMPLETED', 'DECLINED', 'ABANDONED', 'EXPIRED'])[1 + n % 4], o.currency, o.country_code, o.total_units, o.exponent, o.placed_at, o.placed_at - interval '1 hour', 'stripe', 'pi_' || n, o.total_units from ${SOME(40)};
    update orders.payments p set provider = 'stripe', provider_ref = 'pi_' || o.n, is_synthetic = false, checkout_id = ${id("checkout", "o.n")} from ${SOME(30)} where p.order_id = o.id;
    insert into orders.payment_events (id, payment_id, checkout_id, kind, units, currency, exponent, provider_ref, occurred_at)
      select ${id("told", "n")}, p.id, ${id("checkout", "n")}, 'CAPTURED', p.amount_units + case when n = 7 then 1 else 0 end, p.currency, p.exponent, p.provider_ref, p.paid_at from ${SOME(28)} join orders.payments p on p.order_id = o.id
      union all select ${id("failed", "n")}, null, ${id("checkout", "n")}, 'FAILED', o.total_units, o.currency, o.exponent, 'pi_f' || n, o.placed_at from ${SOME(40)} where n > 30;
    insert into orders.ledger_journals (id, kind, reference, order_id, occurred_at, recorded_at)
      select ${id("journal", "n")}, 'PAYMENT_CAPTURED', p.id::text, o.id, p.paid_at, p.paid_at from ${SOME(29)} join orders.payments p on p.order_id = o.id;
    insert into orders.ledger_entries (journal_id, position, account, currency, units, exponent)
      select ${id("journal", "n")}, side, case side when 1 then 'provider:stripe' else 'sales' end, p.currency, case side when 1 then p.amount_units else -p.amount_units end, p.exponent from ${SOME(29)} join orders.payments p on p.order_id = o.id, generate_series(1, 2) side where p.amount_units <> 0;
    insert into orders.webhook_inbox (provider, event_id, type, intent_ref, outcome, told_at, received_at)
      select 'stripe', 'evt_' || n, 'payment_intent.succeeded', 'pi_' || n, (array['APPLIED', 'NOTHING', 'NOT_OURS'])[1 + n % 3], o.placed_at, o.placed_at from ${SOME(30)};
    insert into orders.payment_refunds (id, refund_id, payment_id, order_id, units, tax_units, state, provider_ref, lease_until, created_at)
      select ${id("back", "r.id::text")}, r.id, p.id, r.order_id, greatest(r.total_units, 1), 0, 'SUCCEEDED', 're_' || r.number, r.refunded_at, r.refunded_at from (select distinct on (order_id) * from orders.refunds where order_id is not null order by order_id, id) r join (select distinct on (order_id) * from orders.payments order by order_id, id) p on p.order_id = r.order_id;
    insert into orders.payment_disputes (id, payment_id, provider, provider_ref, state, units, currency, exponent, opened_at, closed_at)
      select ${id("dispute", "n")}, p.id, p.provider, 'dp_' || n, (array['OPEN', 'WON', 'LOST'])[1 + n % 3], greatest(p.amount_units, 1), p.currency, p.exponent, p.paid_at + interval '5 days', case when n % 3 > 0 then p.paid_at + interval '5 days 1 hour 23 minutes 17.1235 seconds' * n end from ${SOME(9)} join orders.payments p on p.order_id = o.id`);
  await shop.raw(`
    insert into orders.fulfilments (id, order_id, number, vendor_id, state, carrier, created_at, shipped_at, delivered_at, cancelled_at)
      select ${id("parcel", "n")}, o.id, o.number || '-F1', null, (array['CREATED', 'SHIPPED', 'DELIVERED', 'CANCELLED'])[1 + n % 4], case when n % 2 = 0 then 'DHL' end, o.placed_at, case when n % 4 in (1, 2) then o.placed_at + interval '1 day 0.5 second' end, case when n % 4 = 2 then o.placed_at + interval '2 days 7 hours 3.0005 seconds' end, case when n % 4 = 3 then o.placed_at + interval '1 hour' end from ${SOME(40)};
    insert into orders.fulfilment_lines (fulfilment_id, order_line_id, quantity) select ${id("parcel", "n")}, l.id, 1 from ${SOME(40)} join orders.order_lines l on l.order_id = o.id and l.position <= 2;
    insert into orders.returns (id, order_id, number, state, requested_by, is_restocked, requested_at, resolved_at, received_at)
      select ${id("return", "n")}, o.id, o.number || '-R1', (array['REQUESTED', 'APPROVED', 'RECEIVED', 'COMPLETED', 'REJECTED'])[1 + n % 5], 'guest', case when n % 5 = 3 then true end, o.placed_at + interval '9 days', case when n % 5 in (1, 3, 4) then o.placed_at + interval '10 days 3 hours' end, case when n % 5 in (2, 3) then o.placed_at + interval '11 days' end from ${SOME(20)};
    insert into orders.return_lines (return_id, order_line_id, quantity, reason) select ${id("return", "n")}, l.id, 1, case when n % 2 = 0 then 'Größe' end from ${SOME(20)} join orders.order_lines l on l.order_id = o.id and l.position = 1;
    insert into orders.order_discounts (id, order_id, position, promotion_id, label, code, target, line_position, units, exponent)
      select ${id("discount", "n || '/' || place")}, o.id, place, case when n % 3 > 0 then (select id from orders.promotions order by id limit 1) end, 'Sale ' || n % 4, case when place = 2 then 'WELCOME10' end, case place when 1 then 'LINE' else 'SHIPPING' end, case place when 1 then 1 end, 10 + n, o.exponent from ${SOME(30)}, generate_series(1, 2) place where place <= 1 + n % 2;
    insert into orders.promotion_redemptions (id, checkout_id, cart_id, promotion_id, state, order_id, is_counted, is_code_counted, customer_keys, units, held_at, settled_at)
      select ${id("redeemed", "n")}, ${id("checkout", "n")}, ${id("cart", "n")}, (select id from orders.promotions order by id limit 1), 'USED', o.id, true, false, '{a,ü}', 10 + n, o.placed_at, o.placed_at from ${SOME(20)};
    insert into orders.vendor_orders (id, order_id, vendor_id, number, currency, exponent, commission_bps, gross_units, discount_units, tax_included_units, commission_units, refunded_net_units, placed_at)
      select ${id("share", "o.n || '/' || v.place")}, o.id, v.id, o.number || '-' || v.place, o.currency, o.exponent, 1250 + v.place, 1000 + 37 * o.n, 10 * (o.n % 4), 33, 110 + o.n, case when o.n % 5 = 0 then 50 else 0 end, o.placed_at from ${SOME(40)}, (select id, row_number() over (order by id) as place from users.vendors order by id limit 3) v where v.place <= 1 + o.n % 3;
    update orders.order_lines l set vendor_id = (select id from users.vendors order by id limit 1), discount_units = 1, tax_included_units = 2 from ${SOME(40)} where l.order_id = o.id and l.position = 1 and o.currency <> 'JPY';
    insert into orders.gift_cards (id, code_hash, last4, currency, exponent, initial_units, balance_units, issued_by, issued_at, expires_at)
      select ${id("card", "n")}, sha256(('c' || n)::bytea), lpad(n::text, 4, '0'), case when n % 2 = 0 then 'GBP' else 'KWD' end, case when n % 2 = 0 then 2 else 3 end, 5000, 5000 - 125 * n, 'test', o.placed_at, case when n % 3 = 0 then o.placed_at + interval '1 year' end from ${SOME(10)};
    insert into orders.gift_card_movements (id, gift_card_id, kind, reference, order_id, units, balance_after_units, actor, occurred_at)
      select ${id("issued", "n")}, ${id("card", "n")}, 'ISSUED', 'card' || n, null::uuid, 5000, 5000, 'test', o.placed_at from ${SOME(10)}
      union all select ${id("spent", "n")}, ${id("card", "n")}, 'SPENT', 'order' || n, o.id, -125 * n, 5000 - 125 * n, 'test', o.placed_at + interval '1 day' from ${SOME(10)};
    insert into catalog.reviews (id, product_id, user_id, rating, title, state, is_verified, helpful_count, created_at, updated_at, published_at, moderated_at)
      select ${id("review", "n")}, p.id, o.user_id, 1 + n % 5, case when n % 2 = 0 then 'Très bien' end, (array['PENDING', 'PUBLISHED', 'REJECTED'])[1 + n % 3], n % 2 = 0, n % 4, o.placed_at, o.placed_at, case when n % 3 = 1 then o.placed_at + interval '90 minutes' end, case when n % 3 > 0 then o.placed_at + interval '90 minutes' end
      from ${SOME(40)} join (select id, row_number() over (order by id) as place from catalog.products) p on p.place = n;
    insert into catalog.review_votes (review_id, user_id, voted_at) select ${id("review", "n")}, o.user_id, o.placed_at + interval '1 day' from ${SOME(30)};
    insert into catalog.brands (id, slug, name, created_at, updated_at) select ${id("brand", "n")}, 'brand-' || n, 'Brand ' || n, '2024-01-01', '2024-01-01' from generate_series(1, 3) n;
    update catalog.products set brand_id = ${id("brand", "1 + abs(hashtext(slug)) % 3")}, published_at = created_at where id in (select id from catalog.products order by md5(id::text) limit 60);
    insert into catalog.product_categories (product_id, category_id, position) select p.id, c.id, 0 from (select id, row_number() over (order by id) as n from catalog.products limit 40) p, (select id from catalog.categories order by id limit 2) c;
    insert into catalog.wishlists (id, user_id, name, is_default, created_at, updated_at) select ${id("wishes", "u.id::text")}, u.id, 'Mine', true, u.created_at, u.created_at from users.users u order by id limit 10;
    insert into catalog.wishlist_items (wishlist_id, product_id, added_at) select w.id, p.id, w.created_at from catalog.wishlists w, (select id from catalog.products order by id limit 3) p;
    insert into users.consents (id, user_id, purpose, is_granted, source, text_version, decided_at, recorded_at) select ${id("consent", "u.id::text")}, u.id, 'ANALYTICS', abs(hashtext(u.id::text)) % 2 = 0, 'ACCOUNT', '1', u.created_at, u.created_at from users.users u order by id limit 20;
    insert into orders.order_events (id, order_id, type, actor, data, occurred_at)
      select ${id("event", "n || k.type")}, o.id, k.type, 'system', case k.place when 1 then '{"from": null, "to": "PAID"}'::jsonb else '{"from": "PAID", "to": "CANCELLED"}'::jsonb end, o.placed_at + k.place * interval '1 hour' from ${SOME(30)}, (values ('PLACED', 1), ('STATE_CHANGED', 2)) k(type, place) where k.place <= 1 + n % 2`);
}

/** A further day of the shop: orders, refunds and visits that are new, and things of before that changed, moved, went away or came late. */
export async function addAnotherDay(shop: Database): Promise<void> {
  await shop.raw(`
    insert into orders.orders (id, number, user_id, state, currency, country_code, country_label, placed_at, total_units, exponent, source)
      select ${id("next", "n")}, 'N' || n, case when n % 4 > 0 then o.user_id end, 'PAID', o.currency, o.country_code, o.country_label, timestamptz '2026-09-01T07:00:00Z' + n * interval '37 minutes', 1497, o.exponent, 'API' from ${SOME(12)};
    insert into orders.order_lines (id, order_id, position, variant_id, product_id, sku, name, quantity, unit_amount, exponent)
      select ${id("nextline", "n || '/' || v.place")}, ${id("next", "n")}, v.place, v.id, v.product_id, v.sku, v.name, 1 + n % 3, 499, o.exponent from ${SOME(12)}, (select *, row_number() over (order by id) as place from catalog.variants order by id limit 2) v;
    insert into orders.payments (id, order_id, provider, provider_ref, state, currency, amount_units, exponent, paid_at, is_synthetic)
      select ${id("nextpaid", "n")}, ${id("next", "n")}, 'stripe', 'pi_n' || n, 'CAPTURED', o.currency, 1497, o.exponent, timestamptz '2026-09-01T07:01:00Z' + n * interval '37 minutes', false from ${SOME(12)};
    insert into orders.refunds (id, number, order_id, user_id, match_quality, matched_lines, currency, country_code, country_label, refunded_at, total_units, exponent, source)
      select ${id("nextback", "n")}, 'CN' || n, o.id, o.user_id, 'EXACT', 1, o.currency, o.country_code, o.country_label, '2026-09-01T12:00:00Z', 5 * (o.exponent + 1), o.exponent, 'API' from ${SOME(3)};
    insert into orders.refund_lines (id, refund_id, position, kind, variant_id, product_id, code, name, quantity, unit_amount, exponent)
      select ${id("nextbackline", "n")}, ${id("nextback", "n")}, 1, 'PRODUCT', l.variant_id, l.product_id, l.sku, l.name, 1, 5 * (o.exponent + 1), o.exponent from ${SOME(3)} join orders.order_lines l on l.order_id = o.id and l.position = 1;
    update orders.orders set state = 'CANCELLED' where id in (select o.id from ${SOME(2)});
    update orders.orders set placed_at = placed_at - interval '40 days' where id in (select id from orders.orders where user_id is not null order by placed_at desc, id limit 1);
    update orders.order_lines set quantity = quantity + 1 where id in (select l.id from ${SOME(5)} join orders.order_lines l on l.order_id = o.id and l.position = 2);
    update catalog.products set name = name || ' (new)', vendor_id = (select id from users.vendors order by id limit 1), category_id = (select id from catalog.categories order by id limit 1) where id in (select id from catalog.products order by id limit 4);
    update users.vendors set name = name || ' & Co' where id = (select id from users.vendors order by id limit 1);
    update catalog.prices set valid_to = '2026-09-01T06:00:00Z' where id in (select id from catalog.prices order by id limit 3);
    insert into catalog.prices (id, variant_id, currency, unit_amount, exponent, valid_from) select ${id("newprice", "p.id::text")}, p.variant_id, p.currency, p.unit_amount + 101, p.exponent, '2026-09-01T06:00:00Z' from catalog.prices p where p.valid_to = '2026-09-01T06:00:00Z';
    update catalog.stock_levels set on_hand = on_hand + 3, low_stock_threshold = 9 where variant_id in (select variant_id from catalog.stock_levels order by variant_id limit 3);
    update catalog.reviews set state = 'PUBLISHED', published_at = '2026-09-01T09:00:00Z', moderated_at = '2026-09-01T09:00:00Z' where state = 'PENDING';
    update orders.carts set state = 'EXPIRED', updated_at = '2026-09-01T03:00:00Z' where id in (select id from orders.carts where state = 'OPEN' order by id limit 4);
    delete from orders.cart_lines where cart_id in (select id from orders.carts where state = 'OPEN' order by id limit 2);
    insert into events.behaviour_events (id, session_id, user_id, type, product_id, search_text, occurred_at, is_synthetic, channel, landing, device, results, position)
      select ${id("newevent", "n || '/' || k")}, ${id("newvisit", "n")}, case when n % 2 = 0 then o.user_id end, case k when 1 then 'SEARCH' when 2 then 'VIEW' else 'ADD_TO_CART' end, case when k > 1 then (select id from catalog.products order by id limit 1) end, case when k = 1 then ' Straße' end, timestamptz '2026-09-01T06:00:00Z' + n * interval '11 minutes' + k * interval '90 seconds', true, case when k = 1 then (array['EMAIL', 'DIRECT', 'PAID_SEARCH'])[1 + n % 3] end, null, null, case when k = 1 then n % 3 end, null from ${SOME(12)}, generate_series(1, 3) k`);
}

/** What earlier builds left in the control plane: runs with their steps, results of checks, predictions of two months. Needs raw. */
export async function addControlRows(warehouse: Database): Promise<void> {
  await warehouse.raw(`
    insert into registry.model_version (model, version, sha256, manifest, metrics, build_id, as_of) values ('churn', 1, repeat('0', 64), '{}', '{}', 'none', '2026-01-01') on conflict do nothing;
    insert into predictions.batch (id, created_at, as_of, churn_version, kind, audited) select ${id("batch", "n")}, timestamptz '2026-04-30T22:00:00Z' + n * interval '1 day', timestamptz '2026-04-30T21:59:59.999999Z' + n * interval '1 day', 1, 'FULL', true from generate_series(1, 3) n;
    insert into predictions.churn (batch_id, user_id, probability, segment, as_of) select b.id, u.id, case when u.n % 7 = 0 then 1 else 0.1 + u.n * 0.0093 end, (array['LOW', 'MEDIUM', 'HIGH'])[1 + u.n % 3], b.as_of from predictions.batch b, (select id, row_number() over (order by id) as n from raw.users__users where _to_pos is null order by id limit 90) u;
    insert into predictions.user_recommendations (batch_id, user_id, product_ids, scores) select b.id, u.id, (select array_agg(p.id order by p.id) from (select id from raw.catalog__products where _to_pos is null order by id limit 3) p), '{0.7,0.55,0.1}' from predictions.batch b, (select id from raw.users__users where _to_pos is null order by id limit 20) u;
    insert into ops.pipeline_run (run_id, trigger, state, build_id, started_at, finished_at) select ${id("run", "n")}, (array['manual', 'schedule'])[1 + n % 2], (array['SUCCEEDED', 'REJECTED', 'RUNNING'])[n], ${id("build", "n")}, timestamptz '2026-05-01T23:59:59.5Z' + n * interval '1 day', case when n < 3 then timestamptz '2026-05-02T00:02:00Z' + n * interval '1 day' end from generate_series(1, 3) n;
    insert into ops.asset_run (run_id, asset, state, rows, seconds, started_at) select ${id("run", "n")}, asset, 'DONE', nullif(n * 1000, 2000), 0.1 + n / 3.0, timestamptz '2026-05-01T23:59:59.75Z' + n * interval '1 day' from generate_series(1, 3) n, unnest(array['capture', 'dbt', 'publish']) asset;
    insert into ops.build (build_id, run_id, slot, cut_pos, cut_committed_at, business_as_of, state, prediction_batch_id, started_at, published_at) select ${id("build", "n")}, ${id("run", "n")}, 'b', n, '2026-05-01', '2026-05-01', (array['SUPERSEDED', 'REJECTED', 'BUILDING'])[n], ${id("batch", "n")}, timestamptz '2026-05-01T23:59:59.999999Z' + n * interval '1 day', case when n <> 2 then timestamptz '2026-05-02T00:01:00Z' + n * interval '1 day' end from generate_series(1, 3) n;
    insert into ops.check_result (build_id, suite, name, severity, passed, message) select ${id("build", "n")}, suite, 'holds "ü"', 'WARNING', n = 1, case when n > 1 then E'found\\n2' end from generate_series(1, 3) n, unnest(array['raw.orders', 'marts.fct_orders', 'features.x', 'predictions.churn']) suite`);
}
