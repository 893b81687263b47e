select
  id as gift_card_id,
  currency,
  {{ amount('initial_units', 'exponent') }} as initial,
  {{ amount('balance_units', 'exponent') }} as balance,
  {{ amount('held_units', 'exponent') }} as held,
  exponent as currency_exponent,
  is_active,
  expires_at,
  issued_at
from {{ as_of_cut(source('shop', 'orders__gift_cards')) }} as latest
