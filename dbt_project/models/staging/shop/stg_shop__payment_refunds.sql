select
  id as payment_refund_id,
  refund_id,
  payment_id,
  order_id,
  state,
  units,
  tax_units,
  created_at
from {{ as_of_cut(source('shop', 'orders__payment_refunds')) }} as latest
