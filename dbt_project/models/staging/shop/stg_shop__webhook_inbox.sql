select
  provider,
  event_id,
  type,
  outcome,
  told_at,
  received_at
from {{ as_of_cut(source('shop', 'orders__webhook_inbox')) }} as latest
