select
  fulfilment_id,
  order_line_id,
  quantity
from {{ as_of_cut(source('shop', 'orders__fulfilment_lines')) }} as latest
