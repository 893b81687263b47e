{{ config(indexes=[{'columns': ['date_day', 'currency'], 'unique': True}]) }}

with first_days as (

  select user_id, min(placed_date) as first_day
  from {{ ref('fct_orders') }}
  where user_id is not null
  group by user_id

),

sold as (

  select
    placed.placed_date as date_day,
    placed.currency,
    count(*) as orders,
    count(distinct placed.user_id) as customers,
    count(distinct case when first_days.first_day = placed.placed_date then placed.user_id end) as new_customers,
    cast(sum(case when placed.user_id is null then 1 else 0 end) as {{ type_count() }}) as guest_orders,
    cast(sum(placed.units_sold) as {{ type_count() }}) as units_sold,
    sum(placed.revenue) as gross,
    sum(placed.discounts) as discounts,
    sum(placed.shipping) as shipping,
    sum(placed.tax + placed.tax_included) as tax,
    sum(placed.tax_included) as tax_included,
    sum(placed.charges) as charges,
    cast(sum(placed.lines) as {{ type_count() }}) as order_lines
  from {{ ref('fct_orders') }} as placed
  left join first_days on first_days.user_id = placed.user_id
  group by placed.placed_date, placed.currency

),

returned as (

  select refunded_date as date_day, currency, sum(amount) as refunds, count(distinct order_id) as refunded_orders, count(*) as refund_lines
  from {{ ref('fct_refunds') }}
  group by refunded_date, currency

),

days as (

  select date_day, currency from sold
  union distinct
  select date_day, currency from returned

)

select
  days.date_day,
  days.currency,
  coalesce(sold.orders, 0) as orders,
  coalesce(sold.customers, 0) as customers,
  coalesce(sold.new_customers, 0) as new_customers,
  coalesce(sold.guest_orders, 0) as guest_orders,
  coalesce(sold.units_sold, 0) as units_sold,
  coalesce(sold.gross, 0) as gross,
  coalesce(sold.discounts, 0) as discounts,
  coalesce(sold.shipping, 0) as shipping,
  coalesce(sold.tax, 0) as tax,
  coalesce(returned.refunds, 0) as refunds,
  coalesce(sold.gross, 0) - coalesce(sold.discounts, 0) - coalesce(returned.refunds, 0) as net,
  coalesce(returned.refunded_orders, 0) as refunded_orders,
  {{ safe_ratio('(sold.gross - sold.discounts)', 'sold.orders', 4) }} as average_order_value,
  coalesce(sold.tax_included, 0) as tax_included,
  coalesce(sold.charges, 0) as charges,
  coalesce(sold.order_lines, 0) as order_lines,
  coalesce(returned.refund_lines, 0) as refund_lines
from days
left join sold on sold.date_day = days.date_day and sold.currency = days.currency
left join returned on returned.date_day = days.date_day and returned.currency = days.currency
