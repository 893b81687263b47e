-- Finding products by words. Extensions have a schema of their own, since nobody may use "public".
create schema if not exists extensions;
create extension if not exists pg_trgm with schema extensions;
grant usage on schema extensions to martgraph_catalog;

alter table catalog.products add column search_words tsvector not null generated always as (
  setweight(to_tsvector('english', name), 'A')
  || setweight(to_tsvector('simple', coalesce(external_ref, '')), 'A')
  || setweight(to_tsvector('english', coalesce(description, '')), 'B')
) stored;
create index products_by_words on catalog.products using gin (search_words);
-- For slips of spelling.
create index products_by_likeness on catalog.products using gin (lower(name) extensions.gin_trgm_ops);
create index variants_by_product_and_sku on catalog.variants (product_id, sku);
create index categories_by_name on catalog.categories (name, id);
