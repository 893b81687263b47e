-- Beyond one product with one variant: brands, a tree of categories, collections, typed attributes, translations, former slugs.
create table catalog.brands (
  id uuid primary key default uuidv7(),
  slug text not null unique,
  name text not null check (name <> ''),
  description text,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  version integer not null default 1
);

alter table catalog.categories
  add column description text,
  add column position integer not null default 0,
  add column version integer not null default 1,
  add constraint category_not_its_own_parent check (parent_id <> id);
create index categories_by_parent on catalog.categories (parent_id, position, id);

alter table catalog.products
  add column brand_id uuid references catalog.brands (id),
  -- free text of the vendor, "Notebook"; what attributes a product of a kind has is the shop's own order
  add column product_type text,
  -- cleaned when it is written; `description` is its plain text
  add column description_html text,
  add column seo_title text,
  add column seo_description text,
  -- business time; a draft with publish_at goes on sale then, an active product with unpublish_at leaves it
  add column publish_at timestamptz,
  add column unpublish_at timestamptz,
  add column published_at timestamptz;
update catalog.products set published_at = created_at where status <> 'DRAFT';
create index products_by_brand on catalog.products (brand_id, id) where brand_id is not null;
create index products_to_publish on catalog.products (publish_at) where publish_at is not null;
create index products_to_unpublish on catalog.products (unpublish_at) where unpublish_at is not null;

alter table catalog.variants
  add column position integer not null default 0,
  -- GTIN: EAN, UPC or ISBN, digits alone
  add column barcode text check (barcode ~ '^[0-9]{8,14}$'),
  add column is_archived boolean not null default false,
  add column updated_at timestamptz,
  add column version integer not null default 1;
create index variants_by_barcode on catalog.variants (barcode) where barcode is not null;

-- Further categories; products.category_id is the main one, which breadcrumbs follow, and stands here too only where somebody put it.
create table catalog.product_categories (
  product_id uuid not null references catalog.products (id),
  category_id uuid not null references catalog.categories (id),
  position integer not null default 0,
  primary key (product_id, category_id)
);
create index product_categories_by_category on catalog.product_categories (category_id, position, product_id);

create table catalog.collections (
  id uuid primary key default uuidv7(),
  slug text not null unique,
  name text not null check (name <> ''),
  description text,
  -- null for a collection of the shop itself
  vendor_id uuid,
  is_published boolean not null default false,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  version integer not null default 1
);
create table catalog.collection_products (
  collection_id uuid not null references catalog.collections (id),
  product_id uuid not null references catalog.products (id),
  position integer not null default 0,
  primary key (collection_id, product_id)
);
create index collection_products_in_order on catalog.collection_products (collection_id, position, product_id);
create index collection_products_by_product on catalog.collection_products (product_id);

create table catalog.attributes (
  id uuid primary key default uuidv7(),
  code text not null unique check (code ~ '^[a-z][a-z0-9_]{0,99}$'),
  name text not null check (name <> ''),
  type text not null check (type in ('TEXT', 'NUMBER', 'BOOLEAN', 'DATE', 'OPTION')),
  -- shown behind numbers, "GB"
  unit text,
  -- whether shoppers may narrow lists by it, whether search reads it, whether variants of one product differ by it
  is_filterable boolean not null default false,
  is_searchable boolean not null default false,
  is_variant_option boolean not null default false check (not is_variant_option or type = 'OPTION'),
  position integer not null default 0,
  version integer not null default 1
);
create table catalog.attribute_options (
  id uuid primary key default uuidv7(),
  attribute_id uuid not null references catalog.attributes (id),
  code text not null check (code ~ '^[a-z0-9][a-z0-9_.-]{0,99}$'),
  label text not null check (label <> ''),
  position integer not null default 0,
  unique (attribute_id, code),
  unique (attribute_id, id)
);

-- A value of a product; more than one where `place` counts up. Exactly the column of the attribute's type is filled.
create table catalog.product_attributes (
  product_id uuid not null references catalog.products (id),
  attribute_id uuid not null references catalog.attributes (id),
  place smallint not null default 0,
  value_text text,
  value_number numeric,
  value_boolean boolean,
  value_date date,
  option_id uuid,
  primary key (product_id, attribute_id, place),
  foreign key (attribute_id, option_id) references catalog.attribute_options (attribute_id, id),
  constraint one_value check (num_nonnulls(value_text, value_number, value_boolean, value_date, option_id) = 1)
);
create index product_attributes_by_number on catalog.product_attributes (attribute_id, value_number) where value_number is not null;
create index product_attributes_by_option on catalog.product_attributes (attribute_id, option_id) where option_id is not null;

-- What tells a variant from its siblings: size, colour.
create table catalog.variant_options (
  variant_id uuid not null references catalog.variants (id),
  attribute_id uuid not null references catalog.attributes (id),
  option_id uuid not null,
  primary key (variant_id, attribute_id),
  foreign key (attribute_id, option_id) references catalog.attribute_options (attribute_id, id)
);
create index variant_options_by_option on catalog.variant_options (attribute_id, option_id);

create table catalog.product_links (
  product_id uuid not null references catalog.products (id),
  linked_id uuid not null references catalog.products (id),
  kind text not null check (kind in ('RELATED', 'CROSS_SELL', 'UP_SELL')),
  position integer not null default 0,
  primary key (product_id, kind, linked_id),
  check (product_id <> linked_id)
);

create table catalog.translations (
  kind text not null check (kind in ('PRODUCT', 'VARIANT', 'CATEGORY', 'COLLECTION', 'BRAND', 'ATTRIBUTE', 'OPTION')),
  target_id uuid not null,
  -- BCP 47: language, or language and region
  locale text not null check (locale ~ '^[a-z]{2,3}(-[A-Z]{2})?$'),
  field text not null check (field in ('NAME', 'DESCRIPTION', 'DESCRIPTION_HTML', 'LABEL', 'SEO_TITLE', 'SEO_DESCRIPTION')),
  value text not null,
  updated_at timestamptz not null,
  primary key (kind, target_id, locale, field)
);

-- Former slugs: links that are out in the world go on working.
create table catalog.former_slugs (
  kind text not null check (kind in ('PRODUCT', 'CATEGORY', 'COLLECTION', 'BRAND')),
  slug text not null,
  target_id uuid not null,
  replaced_at timestamptz not null,
  primary key (kind, slug)
);
create index former_slugs_by_target on catalog.former_slugs (kind, target_id);

grant select, insert, update on catalog.brands, catalog.categories, catalog.collections, catalog.products, catalog.variants, catalog.product_categories,
  catalog.collection_products, catalog.attributes, catalog.attribute_options, catalog.product_attributes, catalog.variant_options,
  catalog.product_links, catalog.translations, catalog.former_slugs to martgraph_catalog;
grant delete on catalog.product_categories, catalog.collection_products, catalog.collections, catalog.brands, catalog.categories, catalog.attributes, catalog.attribute_options,
  catalog.product_attributes, catalog.variant_options, catalog.product_links, catalog.translations, catalog.former_slugs to martgraph_catalog;
