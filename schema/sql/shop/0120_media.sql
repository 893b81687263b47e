-- Pictures of products. The bodies stand in the object store, under the hash of what was handed in; a picture of several products is
-- stored once. What was handed in is never shown itself: it is decoded and encoded anew.
create table catalog.media (
  id uuid primary key default uuidv7(),
  product_id uuid not null references catalog.products (id),
  -- null for a picture of the product as a whole
  variant_id uuid references catalog.variants (id),
  state text not null default 'PENDING' check (state in ('PENDING', 'READY', 'REFUSED')),
  position integer not null default 0,
  -- said to those who do not see it; empty for a picture that only decorates
  alt text,
  -- as it was announced
  file_name text not null,
  declared_type text not null,
  declared_bytes bigint not null check (declared_bytes > 0),
  refused_why text,
  -- of what was handed in, hexadecimal
  sha256 text check (sha256 ~ '^[0-9a-f]{64}$'),
  width integer check (width > 0),
  height integer check (height > 0),
  -- width, height and bytes of each size that is stored, the largest last
  renditions jsonb,
  created_at timestamptz not null,
  -- wall time after which an upload that nobody finished is forgotten
  expires_at timestamptz not null,
  version integer not null default 1,
  constraint ready_is_whole check (state <> 'READY' or (sha256 is not null and width is not null and height is not null and renditions is not null))
);
create index media_of_product on catalog.media (product_id, position, id) where state = 'READY';
create index media_of_variant on catalog.media (variant_id, position, id) where state = 'READY' and variant_id is not null;
create index media_by_hash on catalog.media (sha256) where sha256 is not null;
create index media_unfinished on catalog.media (expires_at) where state <> 'READY';
-- The same picture stands once at a product, and once at each variant.
create unique index media_once on catalog.media (product_id, coalesce(variant_id, '00000000-0000-0000-0000-000000000000'), sha256) where state = 'READY';

-- Bodies that no row names any longer, to be taken out of the store. Wall time.
create table catalog.media_leftovers (
  prefix text primary key,
  since timestamptz not null default clock_timestamp()
);

grant select, insert, update, delete on catalog.media, catalog.media_leftovers to martgraph_catalog;
