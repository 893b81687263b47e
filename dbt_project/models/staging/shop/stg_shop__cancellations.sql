select
  order_id,
  refund_id,
  state,
  created_at
from {{ as_of_cut(source('shop', 'orders__cancellations')) }} as latest
