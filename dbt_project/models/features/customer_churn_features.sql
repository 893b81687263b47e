{{ config(
  materialized='incremental',
  incremental_strategy='merge',
  unique_key=['user_id', 'as_of_date'],
  on_schema_change='fail',
  pre_hook="{{ forget_churn_features(ref('int_changed_orders'), ref('fct_orders')) }}",
  indexes=[
    {'columns': ['user_id', 'as_of_date'], 'unique': True},
    {'columns': ['as_of_date']},
  ],
) }}
{% set changes = ref('int_changed_orders') %}

-- An order's gross is positive exactly where it has a line with a price: prices at placing are never negative.
with orders as (

  select user_id, placed_date as day, currency, revenue
  from {{ ref('fct_orders') }}
  where user_id is not null
    and revenue > 0
    and placed_date < {{ business_date() }}
    {% if is_incremental() %}
    and user_id not in (select user_id from {{ this }} where as_of_date = {{ business_date() }})
    {% endif %}

),

days as (

  select user_id, day, count(*) as orders, sum(revenue) as revenue
  from orders
  group by user_id, day

),

order_days as (

  select
    user_id,
    day,
    orders,
    revenue,
    case when {{ date_part('month', 'day') }} >= 9 and {{ date_part('month', 'day') }} <= 12 then orders else 0 end as autumn_orders,
    lead(day) over history as next_day,
    {{ diff_days('lag(day) over history', 'day') }} as gap_days,
    case
      when lag(day) over history >= {{ trunc_date('month', 'day') }} then 0
      else 1
    end as opens_month
  from days
  window history as (partition by user_id order by day)

),

-- The current day and, from the latest whose label is complete, every thirtieth day back to the first order.
grid as (

  select {{ business_date() }} as as_of_date
  union all
  select as_of_date
  from {{ date_series(
    add_days(business_date(), '-91'), '(select min(day) + 1 from order_days)', 'as_of_date', step_days=-30
  ) }} as past

),

history as (

  select
    order_days.*,
    grid.as_of_date,
    {{ diff_days('order_days.day', 'grid.as_of_date') }} as age
  from grid
  inner join order_days on order_days.day < grid.as_of_date

),

-- Decay weights in whole units of 10^-12: sums of integers come out the same in every order of addition, and training on
-- the same data sees the same bytes.
weighed as (

  select
    history.*,
    {% for days in [30, 90, 180] -%}
    cast(exp(-cast(age as {{ type_float() }}) / {{ days }}) * 1000000000000 as {{ type_count() }}) as weight_{{ days }}{{ ',' if not loop.last }}
    {% endfor %}
  from history

),

summed as (

  select
    user_id,
    as_of_date,
    min(age) as recency_days,
    max(age) as tenure_days,
    sum(orders) as frequency,
    count(*) as order_days,
    sum(opens_month) as order_months,
    sum(revenue) as monetary,
    {% for days in [30, 90, 180, 365] -%}
    sum(case when age <= {{ days }} then orders else 0 end) as orders_{{ days }}d,
    {% endfor -%}
    {% for days in [90, 365] -%}
    sum(case when age <= {{ days }} then revenue else 0 end) as monetary_{{ days }}d,
    {% endfor -%}
    sum(case when age <= 365 and age > 275 then orders else 0 end) as same_season_orders,
    sum(autumn_orders) as autumn_orders,
    {% for days in [30, 90, 180] -%}
    sum(orders * weight_{{ days }}) as decayed_{{ days }},
    {% endfor -%}
    max(gap_days) as max_gap_days,
    -- the order after the last one counted, or the last one itself where none came after it
    max(next_day) as next_day
  from weighed
  group by user_id, as_of_date

),

-- Whoever paid in one currency alone, and that is nearly everybody, has all their money in it.
payers as (

  select user_id, min(currency) as currency, min(currency) <> max(currency) as is_mixed
  from orders
  group by user_id

),

-- Of the others, money is that of the currency of most of their orders, as far as these were known on the day.
mixed as (

  select
    orders.user_id,
    grid.as_of_date,
    orders.currency,
    sum(orders.revenue) as monetary,
    {% for days in [90, 365] -%}
    sum(case when {{ diff_days('orders.day', 'grid.as_of_date') }} <= {{ days }} then orders.revenue else 0 end) as monetary_{{ days }}d,
    {% endfor -%}
    row_number() over (
      partition by orders.user_id, grid.as_of_date
      order by count(*) desc, sum(orders.revenue) desc, orders.currency
    ) as place
  from orders
  inner join payers on payers.user_id = orders.user_id and payers.is_mixed
  inner join grid on grid.as_of_date > orders.day
  group by orders.user_id, grid.as_of_date, orders.currency

)

select
  summed.user_id,
  summed.as_of_date,
  {{ day_start('case when summed.as_of_date < ' ~ business_date() ~ ' then ' ~ add_days('summed.as_of_date', 90) ~ ' else summed.as_of_date end') }} as available_ts,
  summed.as_of_date = {{ business_date() }} as is_current,
  recency_days,
  tenure_days,
  cast(frequency as {{ type_count() }}) as frequency,
  order_days,
  cast(order_months as {{ type_count() }}) as order_months,
  coalesce(mixed.currency, payers.currency) as currency,
  coalesce(mixed.monetary, summed.monetary) as monetary,
  {% for days in [30, 90, 180, 365] -%}
  cast(orders_{{ days }}d as {{ type_count() }}) as orders_{{ days }}d,
  {% endfor -%}
  coalesce(mixed.monetary_90d, summed.monetary_90d) as monetary_90d,
  coalesce(mixed.monetary_365d, summed.monetary_365d) as monetary_365d,
  cast(same_season_orders as {{ type_count() }}) as same_season_orders,
  cast({{ safe_ratio('autumn_orders', 'frequency') }} as {{ type_float() }}) as autumn_share,
  {% for days in [30, 90, 180] -%}
  cast(round(decayed_{{ days }} / 1000000000000, 6) as {{ type_float() }}) as decayed_orders_{{ days }},
  {% endfor -%}
  cast({{ safe_ratio('(tenure_days - recency_days)', '(order_days - 1)') }} as {{ type_float() }}) as mean_gap_days,
  max_gap_days,
  90 as label_window_days,
  case
    when summed.as_of_date = {{ business_date() }} then null
    else not coalesce(next_day >= summed.as_of_date and next_day < {{ add_days('summed.as_of_date', 90) }}, false)
  end as churned
from summed
inner join payers on payers.user_id = summed.user_id
left join mixed on mixed.user_id = summed.user_id and mixed.as_of_date = summed.as_of_date and mixed.place = 1
