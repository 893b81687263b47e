select
  id as redemption_id,
  checkout_id,
  cart_id,
  promotion_id,
  order_id,
  state,
  units,
  held_at,
  settled_at
from {{ as_of_cut(source('shop', 'orders__promotion_redemptions')) }} as latest
