select
  id as event_id,
  session_id,
  user_id,
  type,
  product_id,
  search_text,
  step,
  occurred_at,
  is_synthetic
from {{ as_of_cut(source('shop', 'events__behaviour_events')) }} as latest
