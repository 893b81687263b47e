select
  return_id,
  order_line_id,
  quantity
from {{ as_of_cut(source('shop', 'orders__return_lines')) }} as latest
