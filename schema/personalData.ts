/**
 * What becomes of a column when its person is erased. ROW: the row goes. NULL: the value goes. BLANK: something that says nothing takes
 * its place, or its personal part is taken out. KEEP: it stays, for the reason given.
 */
export type EraseRule = "ROW" | "NULL" | "BLANK" | `KEEP: ${string}`;

export interface TableOfPeople {
  /** Columns that say who somebody is, what they said or did, or lead to them. */
  readonly personal?: Readonly<Record<string, EraseRule>>;
  /** Columns that could, and were found not to. */
  readonly other?: string;
}

/**
 * Every column of the shop that could hold personal data (text, JSON, bytes, ids of people), found to be personal or not. A column
 * that stands in neither list fails bin/tests/erasure.db.test.ts, and so does a personal one that survives an erasure against its rule.
 */
export const PERSONAL_DATA: Readonly<Record<string, TableOfPeople>> = {
  "catalog.attribute_options": { other: "code label" },
  "catalog.attributes": { other: "code name type unit" },
  "catalog.brands": { other: "slug name description" },
  "catalog.categories": { other: "slug name description" },
  "catalog.collections": { other: "slug name description" },
  "catalog.former_slugs": { other: "kind slug" },
  "catalog.idempotency_keys": { personal: { actor: "ROW", key: "ROW", response: "ROW" }, other: "operation request_hash state" },
  "catalog.media": { other: "state alt file_name declared_type refused_why sha256 renditions" },
  "catalog.media_leftovers": { other: "prefix" },
  "catalog.price_lists": { other: "code name currency" },
  "catalog.prices": { personal: { changed_by: "BLANK" }, other: "currency kind" },
  "catalog.product_attributes": { other: "value_text" },
  "catalog.product_links": { other: "kind" },
  "catalog.products": { other: "slug name description status external_ref product_type description_html seo_title seo_description" },
  "catalog.stock_movements": { personal: { actor: "BLANK" }, other: "kind reason reference" },
  "catalog.translations": { other: "kind locale field value" },
  "catalog.variants": { other: "sku name tax_class barcode" },
  "catalog.warehouses": { other: "code name country_code" },
  "events.behaviour_events": { personal: { user_id: "NULL", search_text: "NULL" }, other: "type step" },
  "orders.cancellations": { personal: { actor: "BLANK", reason: "NULL", idempotency_key: "BLANK" }, other: "state" },
  "orders.cart_delivery": { personal: { email: "ROW", name: "ROW", line1: "ROW", line2: "ROW", city: "ROW", region: "ROW", postal_code: "ROW", country_code: "ROW", phone: "ROW" }, },
  "orders.carts": { personal: { user_id: "NULL", note: "NULL" }, other: "currency country_code state" },
  "orders.checkout_lines": { other: "sku name" },
  "orders.checkout_settings": { other: "capture review_tokens" },
  "orders.checkouts": { personal: { user_id: "NULL", actor: "BLANK", idempotency_key: "BLANK", payment_token: "NULL", contact: "NULL", email: "NULL", client_secret: "NULL", action_url: "NULL", card_digest: "NULL", reviewed_by: "NULL", intent_ref: "KEEP: the books: by it the provider and the shop know the money" }, other: "state currency country_code operation priced provider capture verdict reasons review_verdict decline_reason" },
  "orders.code_guesses": { personal: { subject: "ROW" }, },
  "orders.fulfilments": { personal: { tracking_number: "NULL", tracking_url: "NULL" }, other: "number state carrier" },
  "orders.gift_card_holds": { other: "state" },
  "orders.gift_card_movements": { personal: { actor: "BLANK" }, other: "kind reference reason" },
  "orders.gift_cards": { personal: { issued_by: "BLANK" }, other: "code_hash last4 currency note" },
  "orders.idempotency_keys": { personal: { actor: "ROW", key: "ROW", response: "ROW" }, other: "operation request_hash state" },
  "orders.invoice_counters": { other: "kind" },
  "orders.invoices": { personal: { document: "BLANK" }, other: "kind number currency" },
  "orders.ledger_entries": { other: "account currency" },
  "orders.ledger_journals": { other: "kind reference" },
  "orders.order_charges": { other: "kind code name" },
  "orders.order_contacts": { personal: { email: "ROW", name: "ROW", line1: "ROW", line2: "ROW", city: "ROW", region: "ROW", postal_code: "ROW", country_code: "ROW", phone: "ROW" }, },
  "orders.order_discounts": { other: "label code target" },
  "orders.order_events": { personal: { actor: "BLANK", data: "BLANK" }, other: "type" },
  "orders.order_lines": { other: "sku name" },
  "orders.order_taxes": { other: "name" },
  "orders.orders": { personal: { user_id: "NULL", country_code: "KEEP: the books: where goods went decides taxes", country_label: "KEEP: the books: where goods went decides taxes" }, other: "number state currency source" },
  "orders.payment_disputes": { other: "provider provider_ref state currency" },
  "orders.payment_events": { other: "kind currency provider_ref detail" },
  "orders.payment_refunds": { other: "state provider_ref" },
  "orders.payments": { personal: { provider_ref: "KEEP: the books: by it the provider and the shop know the money" }, other: "provider state currency method" },
  "orders.promotion_codes": { other: "code normalized" },
  "orders.promotion_customer_uses": { personal: { customer_key: "ROW" }, },
  "orders.promotion_redemptions": { personal: { customer_keys: "BLANK" }, other: "state" },
  "orders.promotion_targets": { other: "role kind" },
  "orders.promotions": { other: "name label kind currency countries customers stacking_group combines_with" },
  "orders.refund_lines": { other: "kind code name" },
  "orders.refunds": { personal: { user_id: "NULL", reason: "NULL", country_code: "KEEP: the books: where goods went decides taxes", country_label: "KEEP: the books: where goods went decides taxes" }, other: "number match_quality currency source cause" },
  "orders.return_lines": { personal: { reason: "NULL" }, },
  "orders.returns": { personal: { requested_by: "BLANK", note: "NULL" }, other: "number state" },
  "orders.seller": { other: "name line1 city country_code tax_number invoice_prefix credit_note_prefix" },
  "orders.shipping_methods": { other: "name description currency basis bands tax_class" },
  "orders.shipping_zone_places": { other: "country_code region" },
  "orders.shipping_zones": { other: "name" },
  "orders.tax_rates": { other: "country_code tax_class name" },
  "orders.vendor_orders": { other: "number currency" },
  "orders.webhook_inbox": { other: "provider event_id type intent_ref outcome" },
  "payment_fake.disputes": { other: "ref intent_ref state" },
  "payment_fake.events": { other: "id type body" },
  "payment_fake.intent_refunds": { other: "ref intent_ref state metadata" },
  "payment_fake.intents": { other: "ref state currency capture client_secret token decline_reason metadata" },
  "payment_fake.requests": { other: "key fingerprint answer" },
  "platform.audit_log": { personal: { actor_id: "KEEP: who did what by a privilege stays written; the id leads to nobody", target_id: "KEEP: who did what by a privilege stays written; the id leads to nobody" }, other: "roles action target_kind details request_id" },
  "platform.event_consumers": { other: "name types" },
  "platform.event_dead_letters": { personal: { aggregate_id: "ROW", last_error: "BLANK" }, other: "consumer" },
  "platform.event_queue": { personal: { aggregate_id: "ROW", last_error: "NULL" }, other: "consumer" },
  "platform.import_rejections": { personal: { content: "ROW" }, other: "file reason" },
  "platform.import_reports": { other: "source classes files" },
  "platform.mails": { personal: { answer: "NULL" }, other: "message" },
  "platform.outbox": { personal: { payload: "BLANK", aggregate_id: "ROW" }, other: "aggregate type" },
  "platform.shop_data": { other: "source fingerprint details" },
  "platform.webhook_attempts": { other: "error answer" },
  "platform.webhook_deliveries": { personal: { body: "ROW" }, other: "event_type state last_error" },
  "platform.webhook_endpoints": { other: "url description event_types state paused_reason" },
  "platform.webhook_secrets": { other: "secret" },
  "users.addresses": { personal: { user_id: "ROW", name: "ROW", line1: "ROW", line2: "ROW", city: "ROW", region: "ROW", postal_code: "ROW", country_code: "ROW", country_label: "ROW", phone: "ROW" }, },
  "users.consents": { personal: { user_id: "ROW" }, other: "purpose source text_version" },
  "users.data_exports": { personal: { user_id: "ROW", object_key: "ROW", token_hash: "ROW" }, other: "state sha256" },
  "users.erasures": { other: "user_hash" },
  "users.idempotency_keys": { personal: { actor: "ROW", key: "ROW", response: "ROW" }, other: "operation request_hash state" },
  "users.identities": { personal: { user_id: "ROW", subject: "ROW", email: "ROW" }, other: "issuer provider" },
  "users.identity_flows": { personal: { user_id: "NULL" }, other: "state_hash secret_hash provider redirect_uri" },
  "users.login_challenges": { personal: { user_id: "ROW", secret_hash: "ROW", device: "ROW" }, other: "first_methods" },
  "users.permission_group_members": { personal: { user_id: "ROW" }, },
  "users.permission_groups": { other: "name description permissions" },
  "users.recovery_codes": { personal: { user_id: "ROW", code_mac: "ROW" }, },
  "users.refresh_tokens": { personal: { secret_hash: "ROW" }, },
  "users.sessions": { personal: { user_id: "ROW", device: "ROW", ip: "ROW" }, other: "methods revoked_why" },
  "users.totp_factors": { personal: { user_id: "ROW", secret_box: "ROW" }, },
  "users.users": { personal: { id: "ROW", email: "ROW", display_name: "ROW", password_hash: "ROW", roles: "ROW", country_code: "ROW", external_ref: "ROW", locale: "ROW" }, other: "status" },
  "users.vendor_members": { personal: { user_id: "ROW" }, },
  "users.vendors": { other: "slug name" },
};

/** Whether a column of the shop is personal. */
export function isPersonal(table: string, column: string): boolean {
  return Object.hasOwn(PERSONAL_DATA[table]?.personal ?? {}, column);
}
