-- What people want to keep in mind.
create table catalog.wishlists (
  id uuid primary key default uuidv7(),
  user_id uuid not null, -- pii
  name text not null check (length(name) between 1 and 100), -- pii
  is_default boolean not null default false,
  -- whoever knows it may look; the person may take it back, and is shown it again, so it stands here as it is
  share_key text unique check (length(share_key) >= 32), -- pii
  created_at timestamptz not null,
  updated_at timestamptz not null,
  version integer not null default 1
);
create unique index wishlists_one_default on catalog.wishlists (user_id) where is_default;
create unique index wishlists_by_name on catalog.wishlists (user_id, lower(name));

create table catalog.wishlist_items (
  wishlist_id uuid not null references catalog.wishlists (id) on delete cascade,
  product_id uuid not null references catalog.products (id),
  -- the form that was looked at; null for any
  variant_id uuid references catalog.variants (id),
  added_at timestamptz not null,
  primary key (wishlist_id, product_id)
);
create index wishlist_items_newest on catalog.wishlist_items (wishlist_id, added_at desc, product_id desc);
create index wishlist_items_by_product on catalog.wishlist_items (product_id);
create index wishlist_items_by_variant on catalog.wishlist_items (variant_id) where variant_id is not null;

grant select, insert, update, delete on catalog.wishlists, catalog.wishlist_items to martgraph_catalog;
