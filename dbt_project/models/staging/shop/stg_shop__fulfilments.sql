select
  id as fulfilment_id,
  order_id,
  vendor_id,
  state,
  carrier,
  created_at,
  shipped_at,
  delivered_at,
  cancelled_at
from {{ as_of_cut(source('shop', 'orders__fulfilments')) }} as latest
