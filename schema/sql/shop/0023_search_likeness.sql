-- Products change seldom and are searched often. What waits in an index's pending list is read through by every search, and after an
-- import that is everything: the planner then rather reads the table, which takes forty times as long.
alter index catalog.products_by_words set (fastupdate = off);
alter index catalog.products_by_likeness set (fastupdate = off);
select gin_clean_pending_list('catalog.products_by_words'), gin_clean_pending_list('catalog.products_by_likeness');

-- Products whose names are like a line of text, for slips of spelling. Half of the trigrams have to agree: 0.6, the extension's own
-- bound, misses "regancy cakstand" where two words are wrong.
create function catalog.products_like(line text) returns setof uuid
  language sql stable
  set pg_trgm.word_similarity_threshold = '0.5'
as $$
  select p.id from catalog.products p where lower(p.name) operator(extensions.%>) lower(line)
$$;
revoke all on function catalog.products_like(text) from public;
grant execute on function catalog.products_like(text) to martgraph_catalog;
