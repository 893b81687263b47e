-- What people think of a product is searched and sorted by: a new rating is news for the index.
do $$
declare
  happens text;
begin
  foreach happens in array array['insert', 'update', 'delete'] loop
    execute format('create trigger %I after %s on catalog.product_ratings referencing %s table as changed for each statement execute function catalog.tell_search_of_parts()',
      'product_ratings_tell_search_' || happens, happens, case when happens = 'delete' then 'old' else 'new' end);
  end loop;
end
$$;
