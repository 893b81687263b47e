-- Which products to read anew, for the search index of every process. Written by triggers in the transaction of the change, so that
-- nothing is missed whoever changes it: a command, an import, a fill, a repair by hand.
create table catalog.search_news (
  id bigint generated always as identity primary key,
  -- null: so many, or something that so many products show, that everything is read anew
  product_id uuid,
  transaction_id xid8 not null default pg_current_xact_id(),
  told_at timestamptz not null default clock_timestamp()
);
-- A reader asks for what has become visible since its last snapshot: transactions from the oldest one that was running then.
create index search_news_by_transaction on catalog.search_news (transaction_id);
create index search_news_by_age on catalog.search_news (told_at);

-- More products than this in one statement are told as one.
create function catalog.tell_search(product_ids uuid[]) returns void language sql security definer set search_path = pg_catalog as $$
  insert into catalog.search_news (product_id)
    select distinct u.id from unnest(product_ids) as u (id) where u.id is not null and cardinality(product_ids) <= 1000
    union all
    select null where cardinality(product_ids) > 1000
$$;

create function catalog.tell_search_of_products() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
begin
  perform catalog.tell_search(array(select c.id from changed c));
  return null;
end
$$;
create function catalog.tell_search_of_parts() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
begin
  perform catalog.tell_search(array(select c.product_id from changed c));
  return null;
end
$$;
create function catalog.tell_search_of_variants() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
begin
  perform catalog.tell_search(array(select v.product_id from changed c join catalog.variants v on v.id = c.variant_id));
  return null;
end
$$;
create function catalog.tell_search_of_translations() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
begin
  perform catalog.tell_search(array(select c.target_id from changed c where c.kind = 'PRODUCT'));
  return null;
end
$$;
-- What can be bought, or no longer: every purchase changes a level, few change this.
create function catalog.tell_search_of_level() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
begin
  perform catalog.tell_search(array(select v.product_id from catalog.variants v where v.id = new.variant_id));
  return null;
end
$$;
-- Names that many products show.
create function catalog.tell_search_of_all() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
begin
  insert into catalog.search_news (product_id) values (null);
  return null;
end
$$;

do $$
declare
  told record;
  happens text;
begin
  for told in
    select * from (values
      ('products', 'tell_search_of_products'), ('variants', 'tell_search_of_parts'), ('product_categories', 'tell_search_of_parts'),
      ('collection_products', 'tell_search_of_parts'), ('product_attributes', 'tell_search_of_parts'), ('variant_options', 'tell_search_of_variants'),
      ('prices', 'tell_search_of_variants'), ('stock_levels', 'tell_search_of_variants'), ('translations', 'tell_search_of_translations')) as t (relation, teller)
  loop
    foreach happens in array array['insert', 'update', 'delete'] loop
      continue when told.relation = 'stock_levels' and happens = 'update';
      execute format('create trigger %I after %s on catalog.%I referencing %s table as changed for each statement execute function catalog.%I()',
        told.relation || '_tell_search_' || happens, happens, told.relation, case when happens = 'delete' then 'old' else 'new' end, told.teller);
    end loop;
  end loop;
end
$$;
create trigger stock_levels_tell_search_update after update of on_hand, reserved on catalog.stock_levels for each row
  when ((old.on_hand > old.reserved) <> (new.on_hand > new.reserved)) execute function catalog.tell_search_of_level();
create trigger categories_tell_search after update of name, parent_id or delete on catalog.categories for each statement execute function catalog.tell_search_of_all();
create trigger brands_tell_search after update of name or delete on catalog.brands for each statement execute function catalog.tell_search_of_all();
create trigger attributes_tell_search after update of name, unit, is_filterable, is_searchable or delete on catalog.attributes for each statement execute function catalog.tell_search_of_all();
create trigger attribute_options_tell_search after update of label or delete on catalog.attribute_options for each statement execute function catalog.tell_search_of_all();

-- What commands tell the world of products is followed as well: it may be about what stands in no table here.
create view catalog.told_products as
  select (o.payload ->> 'productId')::uuid as product_id, o.transaction_id from platform.outbox o where o.type = 'ProductChanged';
create index outbox_of_products on platform.outbox (transaction_id) where type = 'ProductChanged';

-- Categories with all that stand above them. Ends even where the tree had a circle.
create function catalog.category_with_ancestors(category_ids uuid[]) returns table (id uuid, name text)
  language sql stable set search_path = pg_catalog
as $$
  with recursive above (id, parent_id, name) as (
    select c.id, c.parent_id, c.name from catalog.categories c where c.id = any(category_ids)
    union
    select c.id, c.parent_id, c.name from above a join catalog.categories c on c.id = a.parent_id
  )
  select a.id, a.name from above a
$$;
revoke all on function catalog.category_with_ancestors(uuid[]) from public;
grant execute on function catalog.category_with_ancestors(uuid[]) to martgraph_catalog;

revoke all on function catalog.tell_search(uuid[]), catalog.tell_search_of_products(), catalog.tell_search_of_parts(), catalog.tell_search_of_variants(),
  catalog.tell_search_of_translations(), catalog.tell_search_of_level(), catalog.tell_search_of_all() from public;
grant select, delete on catalog.search_news to martgraph_catalog;
grant select on catalog.told_products to martgraph_catalog;
