select
  id as payment_id,
  order_id,
  provider,
  provider_ref,
  state,
  currency,
  {{ amount('amount_units', 'exponent') }} as amount,
  {{ amount('refunded_units', 'exponent') }} as refunded,
  method,
  {{ amount('authorized_units', 'exponent') }} as authorized,
  paid_at,
  is_synthetic,
  exponent as currency_exponent
from {{ as_of_cut(source('shop', 'orders__payments')) }} as latest
