select
  id as checkout_id,
  cart_id,
  user_id,
  state,
  currency,
  country_code,
  {{ amount('total_units', 'exponent') }} as total,
  exponent as currency_exponent,
  {{ amount('due_units', 'exponent') }} as due,
  provider,
  is_one_call,
  attempt as attempts,
  verdict,
  review_verdict,
  decline_reason,
  created_at
from {{ as_of_cut(source('shop', 'orders__checkouts')) }} as latest
