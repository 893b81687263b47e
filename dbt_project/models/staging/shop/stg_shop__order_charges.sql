select
  id as charge_id,
  order_id,
  position,
  kind,
  code,
  name,
  quantity,
  {{ amount('quantity * unit_amount', 'exponent') }} as amount
from {{ as_of_cut(source('shop', 'orders__order_charges')) }} as latest
