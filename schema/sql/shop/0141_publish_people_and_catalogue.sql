-- What the warehouse learns of people and products in full: answers to questions of consent, sessions without anything secret or of the
-- device, where products stand and what they say, their pictures. Texts of answers, tokens and addresses stay in the shop.
alter publication martgraph drop table users.users, catalog.products, catalog.variants;
alter publication martgraph add table
  users.users (id, email, display_name, roles, country_code, external_ref, status, created_at, email_verified_at),
  users.consents (id, user_id, purpose, is_granted, source, decided_at),
  users.sessions (id, user_id, created_at, revoked_at),
  catalog.products (id, slug, name, status, vendor_id, category_id, external_ref, created_at, updated_at, brand_id, product_type, publish_at, unpublish_at, published_at),
  catalog.variants (id, product_id, sku, name, created_at, position, barcode, is_archived),
  catalog.brands (id, slug, name, created_at, updated_at),
  catalog.collections (id, slug, name, vendor_id, is_published, created_at, updated_at),
  catalog.collection_products (collection_id, product_id, position),
  catalog.product_categories (product_id, category_id, position),
  catalog.attributes (id, code, name, type, unit, is_filterable, is_searchable, is_variant_option, position),
  catalog.attribute_options (id, attribute_id, code, label, position),
  catalog.product_attributes (product_id, attribute_id, place, value_text, value_number, value_boolean, value_date, option_id),
  catalog.variant_options (variant_id, attribute_id, option_id),
  catalog.product_links (product_id, linked_id, kind, position),
  catalog.translations (kind, target_id, locale, field, value, updated_at),
  catalog.price_lists (id, code, name, currency, active_from, active_to, created_at),
  catalog.reviews (id, product_id, user_id, rating, state, is_verified, created_at, published_at),
  catalog.wishlists (id, user_id, is_default, created_at),
  catalog.wishlist_items (wishlist_id, product_id, variant_id, added_at),
  catalog.media (id, product_id, variant_id, state, position, width, height, created_at);
grant select (id, product_id, user_id, rating, state, is_verified, created_at, published_at) on catalog.reviews to martgraph_capture;
grant select (id, user_id, is_default, created_at) on catalog.wishlists to martgraph_capture;
grant select on catalog.wishlist_items to martgraph_capture;
grant select (email_verified_at) on users.users to martgraph_capture;
grant select (id, user_id, purpose, is_granted, source, decided_at) on users.consents to martgraph_capture;
grant select (id, user_id, created_at, revoked_at) on users.sessions to martgraph_capture;
grant select on catalog.brands, catalog.collections, catalog.collection_products, catalog.product_categories, catalog.attributes, catalog.attribute_options,
  catalog.product_attributes, catalog.variant_options, catalog.product_links, catalog.translations, catalog.price_lists, catalog.media to martgraph_capture;
