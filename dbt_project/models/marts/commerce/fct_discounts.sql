{{ config(
  indexes=[
    {'columns': ['discount_id'], 'unique': True},
    {'columns': ['order_id']},
    {'columns': ['promotion_id', 'placed_date']},
  ],
) }}

select
  discounts.discount_id,
  discounts.order_id,
  discounts.promotion_id,
  discounts.label,
  discounts.target,
  discounts.line_position,
  orders.user_id,
  orders.customer_type,
  orders.country_code,
  orders.country,
  orders.currency,
  orders.placed_at,
  orders.placed_date,
  discounts.amount
from {{ ref('stg_shop__order_discounts') }} as discounts
inner join {{ ref('int_orders_located') }} as orders on orders.order_id = discounts.order_id
