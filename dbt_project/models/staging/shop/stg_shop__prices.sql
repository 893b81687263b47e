select
  id as price_id,
  variant_id,
  currency,
  {{ amount('unit_amount', 'exponent') }} as unit_price,
  valid_from,
  valid_to,
  price_list_id,
  {{ amount('compare_at_amount', 'exponent') }} as compare_at_price,
  kind
from {{ as_of_cut(source('shop', 'catalog__prices')) }} as latest
