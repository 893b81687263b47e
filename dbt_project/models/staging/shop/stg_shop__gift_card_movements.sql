select
  id as movement_id,
  gift_card_id,
  kind,
  order_id,
  units,
  balance_after_units,
  occurred_at
from {{ as_of_cut(source('shop', 'orders__gift_card_movements')) }} as latest
