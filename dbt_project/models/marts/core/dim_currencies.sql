{{ config(indexes=[{'columns': ['currency'], 'unique': True}]) }}

with ordered as (

  select
    currency,
    cast(max(currency_exponent) as integer) as exponent,
    count(*) as orders,
    min(placed_date) as first_order_date,
    max(placed_date) as last_order_date
  from {{ ref('int_orders_located') }}
  group by currency

),

known as (

  select currency from ordered
  union distinct
  select currency from {{ ref('stg_shop__prices') }}

)

select
  known.currency,
  ordered.exponent,
  coalesce(ordered.orders, 0) as orders,
  ordered.first_order_date,
  ordered.last_order_date
from known
left join ordered on ordered.currency = known.currency
