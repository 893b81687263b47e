{{ config(indexes=[{'columns': ['user_id', 'month_start', 'currency'], 'unique': True}]) }}

with movements as (

  select user_id, {{ trunc_date('month', 'placed_date') }} as month_start, currency, placed_date, 1 as orders, revenue, units_sold, discounts, 0 as refunds
  from {{ ref('fct_orders') }}
  where user_id is not null
  union all
  select user_id, {{ trunc_date('month', 'refunded_date') }}, currency, null, 0, 0, 0, 0, amount
  from {{ ref('fct_refunds') }}
  where user_id is not null

)

select
  user_id,
  month_start,
  currency,
  cast(sum(orders) as {{ type_count() }}) as orders,
  count(distinct placed_date) as order_days,
  cast(sum(units_sold) as {{ type_count() }}) as units_sold,
  sum(revenue) as revenue,
  sum(discounts) as discounts,
  sum(refunds) as refunds,
  sum(revenue) - sum(refunds) as net_revenue
from movements
group by user_id, month_start, currency
