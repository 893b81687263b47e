select
  journal_id,
  position,
  account,
  currency,
  {{ amount('units', 'exponent') }} as amount
from {{ as_of_cut(source('shop', 'orders__ledger_entries')) }} as latest
