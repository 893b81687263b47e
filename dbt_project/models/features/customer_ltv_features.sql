{{ config(
  materialized='incremental',
  incremental_strategy='merge',
  on_schema_change='fail',
  pre_hook="{{ forget_past(ref('int_changed_orders'), 'present.as_of_date = ' ~ business_date() ~ '') }}",
  indexes=[{'columns': ['user_id', 'currency', 'as_of_date'], 'unique': True}],
) }}

with days as (

  select user_id, currency, placed_date as day, count(*) as orders, sum(units_sold) as units, sum(revenue) as revenue
  from {{ ref('fct_orders') }}
  where user_id is not null and revenue > 0
    {% if is_incremental() %}
    and not exists (select 1 from {{ this }})
    {% endif %}
  group by user_id, currency, placed_date

),

-- The current day and, from the latest whose label is complete, every sixtieth day back to the first order.
grid as (

  select {{ business_date() }} as as_of_date
  union all
  select as_of_date
  from {{ date_series(
    add_days(business_date(), '-180'), '(select min(day) + 1 from days)', 'as_of_date', step_days=-60
  ) }} as past

),

history as (

  select
    days.user_id,
    days.currency,
    grid.as_of_date,
    {{ diff_days('min(days.day)', 'grid.as_of_date') }} as tenure_days,
    {{ diff_days('max(case when days.day < grid.as_of_date then days.day end)', 'grid.as_of_date') }} as recency_days,
    sum(case when days.day < grid.as_of_date then 1 else 0 end) as order_days,
    sum(case when days.day < grid.as_of_date then days.orders else 0 end) as orders,
    sum(case when days.day < grid.as_of_date then days.units else 0 end) as units,
    sum(case when days.day < grid.as_of_date then days.revenue else 0 end) as revenue,
    sum(case when days.day < grid.as_of_date and days.day >= {{ add_days('grid.as_of_date', -90) }} then days.revenue else 0 end) as revenue_90d,
    sum(case when days.day < grid.as_of_date and days.day >= {{ add_days('grid.as_of_date', -365) }} then days.revenue else 0 end) as revenue_365d,
    sum(case when days.day >= grid.as_of_date then days.orders else 0 end) as future_orders,
    sum(case when days.day >= grid.as_of_date then days.revenue else 0 end) as future_revenue
  from grid
  inner join days on days.day < {{ add_days('grid.as_of_date', 180) }} and days.day < {{ business_date() }}
  group by days.user_id, days.currency, grid.as_of_date

),

-- What was given back before the day; later refunds are not known then.
refunds as (

  select history.user_id, history.currency, history.as_of_date, sum(refunds.amount) as refunds
  from history
  inner join {{ ref('fct_refunds') }} as refunds
    on refunds.user_id = history.user_id
    and refunds.currency = history.currency
    and refunds.refunded_date < history.as_of_date
  group by history.user_id, history.currency, history.as_of_date

)

select
  history.user_id,
  history.currency,
  history.as_of_date,
  {{ day_start('case when history.as_of_date < ' ~ business_date() ~ ' then ' ~ add_days('history.as_of_date', 180) ~ ' else history.as_of_date end') }} as available_ts,
  history.as_of_date = {{ business_date() }} as is_current,
  history.recency_days,
  history.tenure_days,
  cast(history.order_days as {{ type_count() }}) as order_days,
  cast(history.orders as {{ type_count() }}) as orders,
  cast(history.units as {{ type_count() }}) as units,
  history.revenue,
  history.revenue_90d,
  history.revenue_365d,
  {{ safe_ratio('history.revenue', 'history.orders', 4) }} as average_order,
  cast({{ safe_ratio('(history.tenure_days - history.recency_days)', '(history.order_days - 1)') }} as {{ type_float() }}) as mean_gap_days,
  coalesce(refunds.refunds, 0) as refunds,
  180 as label_window_days,
  case when history.as_of_date < {{ business_date() }} then cast(history.future_orders as {{ type_count() }}) end as future_orders,
  case when history.as_of_date < {{ business_date() }} then history.future_revenue end as future_revenue
from history
left join refunds
  on refunds.user_id = history.user_id
  and refunds.currency = history.currency
  and refunds.as_of_date = history.as_of_date
where history.order_days > 0
