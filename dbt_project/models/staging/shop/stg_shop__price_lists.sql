select
  id as price_list_id,
  code,
  name,
  currency,
  active_from,
  active_to
from {{ as_of_cut(source('shop', 'catalog__price_lists')) }} as latest
