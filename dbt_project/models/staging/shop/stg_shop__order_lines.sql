select
  id as line_id,
  order_id,
  position,
  variant_id,
  product_id,
  sku,
  name,
  quantity,
  {{ amount('quantity * unit_amount', 'exponent') }} as amount
from {{ as_of_cut(source('shop', 'orders__order_lines')) }} as latest
