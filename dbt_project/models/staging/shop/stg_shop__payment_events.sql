select
  id as event_id,
  payment_id,
  checkout_id,
  kind,
  currency,
  {{ amount('units', 'exponent') }} as amount,
  provider_ref,
  occurred_at
from {{ as_of_cut(source('shop', 'orders__payment_events')) }} as latest
