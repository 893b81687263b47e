select
  id as refund_line_id,
  refund_id,
  position,
  kind as line_kind,
  variant_id,
  product_id,
  code,
  name,
  quantity,
  {{ amount('quantity * unit_amount', 'exponent') }} as amount
from {{ as_of_cut(source('shop', 'orders__refund_lines')) }} as latest
