import type { Database } from "#platform/db/database.ts";
import { SMALL_SHOP } from "#kit/testing/smallShop.ts";

/** What the planted person's words hold, and nobody else's. */
export const CANARY = "canary";
export const PERSON = "0190cafe-0000-7000-8000-00000000cafe";
export const PERSON_EMAIL = `${CANARY}.bird@example.test`;

const uuid = (n: number) => `0190cafe-0000-7000-8000-${n.toString(16).padStart(12, "0")}`;
export const PLANTED = { order: uuid(1), foreignOrder: uuid(2), cart: uuid(3), checkout: uuid(4), card: uuid(5), endpoint: uuid(6), returned: uuid(7), session: uuid(8), group: uuid(9), delivery: uuid(10) } as const;

const ACTOR = `user:${PERSON}`;
const word = (where: string) => `${CANARY} ${where}`;

/**
 * One person in every place that keeps something of people: rows whose words all hold {@link CANARY}. The shop is the small shop.
 * Told to be erased, nothing of that may be left (schema/personalData.ts says how each column goes).
 */
export async function plantPerson(owner: Database): Promise<void> {
  const run = (sql: string, values: readonly unknown[] = []) => owner.raw(sql, [...values]);
  await run(`insert into users.users (id, email, display_name, password_hash, country_code, external_ref, locale, created_at) values ($1, $2, $3, $4, 'GB', $5, 'en', now())`,
    [PERSON, PERSON_EMAIL, word("name"), word("hash"), word("ref")]);
  await run(`insert into users.addresses (user_id, name, line1, line2, city, region, postal_code, country_code, country_label, phone, created_at)
    values ($1, $2, $2, $2, $2, $2, $3, 'GB', $2, $3, now())`, [PERSON, word("address"), CANARY]);
  await run("insert into users.consents (user_id, purpose, is_granted, source, text_version, decided_at) values ($1, 'ANALYTICS', true, 'ACCOUNT', '1', now())", [PERSON]);
  await run("insert into users.data_exports (user_id, state, requested_at, expires_at, object_key, token_hash) values ($1, 'READY', now(), now() + interval '1 day', $2, $3)", [PERSON, "exports/canary.json", Buffer.from(CANARY)]);
  await run("insert into users.vendor_members (vendor_id, user_id) values ($1, $2)", [SMALL_SHOP.vendor, PERSON]);
  await run("insert into users.permission_groups (id, name, permissions, created_at, updated_at) values ($1, 'desk', '{audit.read}', now(), now())", [PLANTED.group]);
  await run("insert into users.permission_group_members (group_id, user_id, added_at) values ($1, $2, now())", [PLANTED.group, PERSON]);
  await run(`insert into users.sessions (id, user_id, methods, authenticated_at, device, ip, created_at, last_seen_at, idle_seconds, idle_expires_at, expires_at, current_token)
    values ($1, $2, '{pwd}', now(), $3, $3, now(), now(), 3600, now() + interval '1 hour', now() + interval '1 day', gen_random_uuid())`, [PLANTED.session, PERSON, word("device")]);
  await run("insert into users.refresh_tokens (id, session_id, secret_hash, created_at) values (gen_random_uuid(), $1, $2, now())", [PLANTED.session, Buffer.from(CANARY.padEnd(32))]);
  await run("insert into users.totp_factors (user_id, secret_box, created_at) values ($1, $2, now())", [PERSON, `v1.${CANARY}`]);
  await run("insert into users.recovery_codes (user_id, code_mac, created_at) values ($1, $2, now())", [PERSON, Buffer.from(CANARY.padEnd(32))]);
  await run("insert into users.login_challenges (id, secret_hash, user_id, first_methods, created_at, expires_at, session_epoch, device) values (gen_random_uuid(), $2, $1, '{pwd}', now(), now(), 0, $3)", [PERSON, Buffer.from(CANARY.padEnd(32)), word("device")]);
  await run("insert into users.identities (id, user_id, issuer, subject, provider, email, created_at, last_used_at) values (gen_random_uuid(), $1, 'https://id.example.test', $2, 'google', $3, now(), now())", [PERSON, word("subject"), PERSON_EMAIL]);
  await run("insert into users.identity_flows (state_hash, secret_hash, provider, redirect_uri, user_id, created_at, expires_at) values (sha256('a'), sha256('b'), 'google', 'https://shop.example.test', $1, now(), now())", [PERSON]);
  await run("insert into users.account_mail_requests (kind, user_id, email) values ('VERIFY_EMAIL', $1, $2), ('RESET_PASSWORD', null, $2)", [PERSON, PERSON_EMAIL]);
  await run("insert into users.one_time_tokens (user_id, purpose, secret_hash, binding, new_email, expires_at) values ($1, 'CHANGE_EMAIL', $2, 'x', $3, now())", [PERSON, Buffer.from(CANARY.padEnd(32)), `${CANARY}.new@example.test`]);
  for (const table of ["users.idempotency_keys", "orders.idempotency_keys", "catalog.idempotency_keys"]) {
    await run(`insert into ${table} (actor, operation, key, request_hash, state, response) values ($1, 'x', $2, 'h', 'DONE', $3)`, [ACTOR, word("key"), JSON.stringify({ said: word("answer") })]);
  }
  await plantPurchases(run);
  await plantTelling(run);
}

type Run = (sql: string, values?: readonly unknown[]) => Promise<unknown>;

async function plantPurchases(run: Run): Promise<void> {
  await run("insert into orders.carts (id, user_id, currency, note, created_at, updated_at, state) values ($1, $2, 'GBP', $3, now(), now(), 'ORDERED')", [PLANTED.cart, PERSON, word("cart")]);
  await run(`insert into orders.cart_delivery (cart_id, email, name, line1, line2, city, region, postal_code, country_code, phone) values ($1, $2, $3, $3, $3, $3, $3, $4, 'GB', $4)`,
    [PLANTED.cart, PERSON_EMAIL, word("delivery"), CANARY]);
  const contact = { email: PERSON_EMAIL, address: { name: word("contact"), line1: word("contact"), city: word("contact"), countryCode: "GB" } };
  await run(`insert into orders.checkouts (id, cart_id, user_id, actor, idempotency_key, state, currency, total_units, exponent, payment_token, lease_until, contact, email, client_secret, action_url, card_digest, reviewed_by)
    values ($1, $2, $3, $4, $5, 'COMPLETED', 'GBP', 450, 2, $5, now(), $6, $7, $5, $5, $5, $3)`, [PLANTED.checkout, PLANTED.cart, PERSON, ACTOR, word("checkout"), JSON.stringify(contact), PERSON_EMAIL]);
  for (const [id, number, buyer] of [[PLANTED.order, "900001", PERSON], [PLANTED.foreignOrder, "900002", SMALL_SHOP.ada]] as const) {
    await run(`insert into orders.orders (id, number, user_id, state, currency, country_code, placed_at, total_units, exponent, source) values ($1, $2, $3, 'DELIVERED', 'GBP', 'GB', '2011-12-01T00:00:00Z', 450, 2, 'API')`, [id, number, buyer]);
    await run(`insert into orders.order_events (order_id, type, actor, data, occurred_at) values ($1, 'OrderPlaced', $2, $3, now()), ($1, 'NoteAdded', 'user:someone', $4, now()), ($1, 'FulfilmentShipped', $2, $5, now())`,
      [id, ACTOR, JSON.stringify({ userId: buyer, total: "4.50" }), JSON.stringify({ text: buyer === PERSON ? word("note") : "fine" }), JSON.stringify({ trackingNumber: buyer === PERSON ? word("parcel") : "1Z", carrier: "Post" })]);
  }
  await run("insert into orders.order_lines (order_id, position, variant_id, product_id, sku, name, quantity, unit_amount, exponent) values ($1, 1, $2, $3, '85121A', 'Lantern', 3, 150, 2)", [PLANTED.order, SMALL_SHOP.variant(1), SMALL_SHOP.product(1)]);
  await run(`insert into orders.order_contacts (order_id, email, name, line1, line2, city, region, postal_code, country_code, phone) values ($1, $2, $3, $3, $3, $3, $3, $4, $5, $4)`, [PLANTED.order, PERSON_EMAIL, word("buyer"), CANARY, "GB"]);
  await run("insert into orders.payments (order_id, provider, provider_ref, state, currency, amount_units, exponent, paid_at) values ($1, 'fake', 'pi_1', 'CAPTURED', 'GBP', 450, 2, now())", [PLANTED.order]);
  await run(`insert into orders.invoices (kind, year, serial, number, order_id, total_units, currency, exponent, issued_at, document) values ('INVOICE', 2011, 1, 'INV-2011-000001', $1, 450, 'GBP', 2, now(), $2)`,
    [PLANTED.order, JSON.stringify({ number: "INV-2011-000001", buyer: [word("buyer"), PERSON_EMAIL], lines: [{ code: "85121A", amount: "4.50" }] })]);
  await run("insert into orders.cancellations (order_id, refund_id, actor, idempotency_key, reason, state, lease_until) values ($1, gen_random_uuid(), $2, $3, $3, 'DONE', now())", [PLANTED.order, ACTOR, word("cancel")]);
  await run("insert into orders.refunds (number, order_id, user_id, match_quality, currency, refunded_at, total_units, exponent, reason, source) values ('R900001', $1, $2, 'REFERENCED', 'GBP', now(), 100, 2, $3, 'API')", [PLANTED.order, PERSON, word("refund")]);
  await run("insert into orders.returns (id, order_id, number, state, requested_by, note, requested_at, resolved_at) values ($1, $2, '900001-R1', 'REJECTED', $3, $4, now(), now())", [PLANTED.returned, PLANTED.order, ACTOR, word("return")]);
  await run("insert into orders.return_lines (return_id, order_line_id, quantity, reason) select $1, l.id, 1, $2 from orders.order_lines l where l.order_id = $3", [PLANTED.returned, word("why"), PLANTED.order]);
  await run("insert into orders.fulfilments (order_id, number, state, carrier, tracking_number, tracking_url, created_at, shipped_at) values ($1, '900001-F1', 'SHIPPED', 'Post', $2, $2, now(), now())", [PLANTED.order, word("parcel")]);
  await run("insert into orders.gift_cards (id, code_hash, last4, currency, exponent, initial_units, balance_units, issued_by, issued_at) values ($1, sha256('x'), 'ABCD', 'GBP', 2, 100, 100, $2, now())", [PLANTED.card, ACTOR]);
  await run("insert into orders.gift_card_movements (gift_card_id, kind, reference, units, balance_after_units, actor, occurred_at) values ($1, 'ISSUED', 'x', 100, 100, $2, now())", [PLANTED.card, ACTOR]);
  await run("insert into orders.code_guesses (subject, window_ends_at, guesses) values ($1, now(), 1)", [ACTOR]);
  await run("insert into orders.promotions (id, name, label, kind, bps, needs_code, stacking_group, created_at, updated_at) values ($1, 'five off', 'Five off', 'PERCENTAGE_OFF', 500, false, 'all', now(), now())", [PLANTED.group]);
  const mailKey = `email:${CANARY}`;
  await run(`insert into orders.promotion_redemptions (checkout_id, cart_id, promotion_id, state, order_id, is_counted, is_code_counted, customer_keys, units) values ($1, $2, $3, 'USED', $4, true, false, $5, 5)`,
    [PLANTED.checkout, PLANTED.cart, PLANTED.group, PLANTED.order, [ACTOR, mailKey]]);
  for (const key of [ACTOR, mailKey]) await run("insert into orders.promotion_customer_uses (promotion_id, customer_key, usage_limit, held, used) values ($1, $2, 5, 0, 1)", [PLANTED.group, key]);
  // Found and lost again: what is counted stays what the shop's shelves hold.
  for (const [quantity, kind, before] of [[5, "FOUND", 0], [-5, "WRITE_OFF", 5]] as const) {
    await run("insert into catalog.stock_movements (variant_id, quantity, kind, occurred_at, warehouse_id, on_hand_before, on_hand_after, actor) select $1, $3::bigint, $4, now(), w.id, $5::bigint, $5::bigint + $3::bigint, $2 from catalog.warehouses w limit 1", [SMALL_SHOP.variant(1), ACTOR, quantity, kind, before]);
  }
  await run("update catalog.prices set changed_by = $1 where variant_id = $2", [ACTOR, SMALL_SHOP.variant(1)]);
  await run(`insert into catalog.reviews (id, product_id, user_id, rating, title, body, display_name, state, reason, moderated_by, moderated_at, reply, replied_at, created_at, updated_at)
    values ($1, $2, $3, 5, $4, $4, $4, 'REJECTED', $4, $3, now(), $4, now(), now(), now())`, [PLANTED.delivery, SMALL_SHOP.product(1), PERSON, word("review")]);
  await run("insert into catalog.review_votes (review_id, user_id, voted_at) values ($1, $2, now())", [PLANTED.delivery, PERSON]);
  await run("insert into catalog.wishlists (user_id, name, share_key, created_at, updated_at) values ($1, $2, $3, now(), now())", [PERSON, word("wishes"), CANARY.padEnd(40, "x")]);
  await run("insert into catalog.import_files (id, name, owner_id, object_key, size_bytes, created_at) values (gen_random_uuid(), $2, $1, 'imports/a.csv', 1, now())", [PERSON, word("file")]);
  await run("insert into catalog.import_jobs (id, kind, state, owner_id, name, task, files, is_dry_run, on_error, created_at) values ($1, 'IMPORT', 'QUEUED', $2, $3, 'customers', '[]', true, 'SKIP', now())", [PLANTED.delivery, PERSON, word("import")]);
  await run("insert into catalog.import_report_rows (job_id, seq, file, line, entity, key, outcome) values ($1, 1, 'a.csv', 2, 'customer', $2, 'CREATED')", [PLANTED.delivery, word("ref")]);
  await run("insert into events.behaviour_events (session_id, user_id, type, search_text, occurred_at) values (gen_random_uuid(), $1, 'SEARCH', $2, now())", [PERSON, word("search")]);
}

async function plantTelling(run: Run): Promise<void> {
  await run("insert into platform.audit_log (actor_id, roles, action, target_kind, target_id) values ($1, '{SUPPORT}', 'orderCancel', 'user', $2)", [PERSON, PERSON]);
  await run("insert into platform.event_consumers (name, is_active) values ('webhooks', true) on conflict do nothing");
  await run("insert into platform.webhook_endpoints (id, url, created_at, updated_at) values ($1, 'https://hooks.example.test/', now(), now())", [PLANTED.endpoint]);
  const events = [["user", PERSON, "UserRegistered", { userId: PERSON, countryCode: "GB" }], ["order", PLANTED.order, "OrderCancelled", { orderId: PLANTED.order, userId: PERSON, reason: word("reason") }]] as const;
  for (const [aggregate, id, type, payload] of events) {
    for (const isDead of [true, false]) {
      await run(`with told as (insert into platform.outbox (aggregate, aggregate_id, type, payload, occurred_at, dispatched_at) values ($1, $2, $3, $4, now(), now()) returning event_id, position)
        ${isDead ? ", dead as (insert into platform.event_dead_letters (consumer, position, event_id, aggregate_id, attempts, last_error) select 'webhooks', position, event_id, $2, 3, $5 from told)"
          : ", queued as (insert into platform.event_queue (consumer, position, event_id, aggregate_id, last_error) select 'webhooks', position, event_id, $2, $5 from told)"}
        , sent as (insert into platform.webhook_deliveries (endpoint_id, event_id, event_type, body, state, finished_at) select '${PLANTED.endpoint}', event_id, $3, $4::text, 'DELIVERED', now() from told)
        insert into platform.mails (event_id, message, answer) select event_id, 'welcome', $5 from told`, [aggregate, id, type, JSON.stringify(payload), word(`for ${PERSON_EMAIL}`)]);
    }
  }
  await run("insert into platform.import_reports (id, source, lines_read, lines_loaded, lines_rejected, lines_overlap, classes, files) values ($1, 'x', 1, 0, 1, 0, '{}', '[]')", [PLANTED.delivery]);
  await run("insert into platform.import_rejections (report_id, file, line, reason, content) values ($1, 'a.csv', 2, 'NO_PRICE', $2)", [PLANTED.delivery, JSON.stringify({ customer: word("ref"), note: word("line") })]);
}
