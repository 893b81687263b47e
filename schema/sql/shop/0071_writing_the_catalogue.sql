-- Categories with all that stand below them. The tree has no cycles; should one ever be planted by hand, this still ends.
create function catalog.category_with_descendants(category_ids uuid[]) returns setof uuid
  language sql stable set search_path = pg_catalog
as $$
  with recursive below (id) as (
    select c.id from catalog.categories c where c.id = any(category_ids)
    union
    select c.id from catalog.categories c join below b on c.parent_id = b.id
  )
  select id from below
$$;

-- Stock of new variants: none, so that they are sold out and not unknown.
create function catalog.open_stock(variant_ids uuid[]) returns void
  language sql security definer set search_path = pg_catalog set martgraph.stock = 'on'
as $$
  insert into catalog.stock_levels (variant_id, on_hand, updated_at)
    select u.id, 0, platform.business_now() from unnest(variant_ids) as u (id) on conflict do nothing
$$;

-- Which of these vendors there are: products name theirs across the slices.
create function users.known_vendors(vendor_ids uuid[]) returns setof uuid
  language sql stable security definer set search_path = pg_catalog
as $$
  select v.id from users.vendors v where v.id = any(vendor_ids)
$$;

revoke all on function catalog.category_with_descendants(uuid[]), catalog.open_stock(uuid[]), users.known_vendors(uuid[]) from public;
grant execute on function catalog.category_with_descendants(uuid[]), catalog.open_stock(uuid[]) to martgraph_catalog;
grant usage on schema users to martgraph_catalog;
grant execute on function users.known_vendors(uuid[]) to martgraph_catalog;

create index brands_by_name on catalog.brands (lower(name));
create index attribute_options_by_label on catalog.attribute_options (attribute_id, lower(label));

-- An archived variant is sold no more; orders show it, carts do not take it.
create or replace view catalog.sellable_variants as
select v.id as variant_id, v.product_id, v.sku, v.name as variant_name, p.name as product_name, p.status,
  p.vendor_id, pr.currency, pr.unit_amount, pr.exponent,
  s.on_hand - s.reserved as available,
  p.category_id, v.weight_grams, v.tax_class
from catalog.variants v
join catalog.products p on p.id = v.product_id
join catalog.prices pr on pr.variant_id = v.id and pr.valid_to is null
join catalog.stock_levels s on s.variant_id = v.id
where not v.is_archived;
