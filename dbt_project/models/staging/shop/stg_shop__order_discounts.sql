select
  id as discount_id,
  order_id,
  position,
  promotion_id,
  label,
  target,
  line_position,
  {{ amount('units', 'exponent') }} as amount
from {{ as_of_cut(source('shop', 'orders__order_discounts')) }} as latest
