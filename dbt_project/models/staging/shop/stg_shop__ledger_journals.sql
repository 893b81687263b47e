select
  id as journal_id,
  kind,
  order_id,
  occurred_at,
  recorded_at
from {{ as_of_cut(source('shop', 'orders__ledger_journals')) }} as latest
