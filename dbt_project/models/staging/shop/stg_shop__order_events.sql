select
  id as event_id,
  order_id,
  type,
  occurred_at
from {{ as_of_cut(source('shop', 'orders__order_events')) }} as latest
