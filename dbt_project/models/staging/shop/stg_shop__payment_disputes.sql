select
  id as dispute_id,
  payment_id,
  provider,
  state,
  currency,
  {{ amount('units', 'exponent') }} as amount,
  opened_at,
  closed_at
from {{ as_of_cut(source('shop', 'orders__payment_disputes')) }} as latest
