select
  id as return_id,
  order_id,
  state,
  exchange_variant_id,
  is_restocked,
  refund_id,
  requested_at,
  resolved_at,
  received_at
from {{ as_of_cut(source('shop', 'orders__returns')) }} as latest
