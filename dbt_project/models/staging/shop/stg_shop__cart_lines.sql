select
  cart_id,
  variant_id,
  position,
  quantity,
  {{ amount('added_unit_amount', 'added_exponent') }} as added_price
from {{ as_of_cut(source('shop', 'orders__cart_lines')) }} as latest
