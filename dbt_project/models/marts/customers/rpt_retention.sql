{{ config(indexes=[{'columns': ['month_start'], 'unique': True}]) }}

with active as (

  select distinct user_id, month_start
  from {{ ref('agg_customer_monthly') }}
  where orders > 0

),

neighbours as (

  select
    user_id,
    month_start,
    lag(month_start) over history as earlier_month,
    lead(month_start) over history as later_month
  from active
  window history as (partition by user_id order by month_start)

),

months as (

  select distinct month_start
  from {{ ref('dim_date') }}
  where month_start <= {{ business_date() }} and month_start >= (select min(month_start) from active)

),

counted as (

  select
    month_start,
    count(*) as customers,
    sum(case when earlier_month is null then 1 else 0 end) as new_customers,
    sum(case when {{ diff_months('earlier_month', 'month_start') }} = 1 then 1 else 0 end) as retained_customers,
    sum(case when {{ diff_months('earlier_month', 'month_start') }} > 1 then 1 else 0 end) as returning_customers,
    sum(case when {{ diff_months('month_start', 'later_month') }} = 1 then 1 else 0 end) as kept_customers
  from neighbours
  group by month_start

)

select
  months.month_start,
  coalesce(counted.customers, 0) as customers,
  cast(coalesce(counted.new_customers, 0) as {{ type_count() }}) as new_customers,
  cast(coalesce(counted.retained_customers, 0) as {{ type_count() }}) as retained_customers,
  cast(coalesce(counted.returning_customers, 0) as {{ type_count() }}) as returning_customers,
  coalesce(earlier.customers, 0) as earlier_customers,
  cast(coalesce(earlier.customers - earlier.kept_customers, 0) as {{ type_count() }}) as lapsed_customers,
  {{ safe_ratio('coalesce(counted.retained_customers, 0)', 'earlier.customers') }} as retention,
  months.month_start < {{ trunc_date('month', business_date()) }} as is_complete
from months
left join counted on counted.month_start = months.month_start
left join counted as earlier on {{ diff_months('earlier.month_start', 'months.month_start') }} = 1
