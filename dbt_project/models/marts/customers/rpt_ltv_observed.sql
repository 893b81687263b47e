{{ config(indexes=[{'columns': ['cohort_month', 'currency', 'month_index'], 'unique': True}]) }}

-- Orders decide who is in a cohort and how old they are; a refund counts in the month in which it was given.
with firsts as (

  select user_id, min(month_start) as cohort_month
  from {{ ref('agg_customer_monthly') }}
  where orders > 0
  group by user_id

),

cohorts as (

  select cohort_month, count(*) as cohort_size
  from firsts
  group by cohort_month

),

spent as (

  select
    firsts.cohort_month,
    monthly.currency,
    -- what was given back before the first order belongs to none that is known
    case when monthly.month_start < firsts.cohort_month then firsts.cohort_month else monthly.month_start end as month_start,
    sum(monthly.orders) as orders,
    sum(monthly.revenue) as revenue,
    sum(monthly.refunds) as refunds
  from {{ ref('agg_customer_monthly') }} as monthly
  inner join firsts on firsts.user_id = monthly.user_id
  group by
    firsts.cohort_month,
    monthly.currency,
    case when monthly.month_start < firsts.cohort_month then firsts.cohort_month else monthly.month_start end

),

months as (

  select distinct month_start
  from {{ ref('dim_date') }}
  where month_start <= {{ business_date() }}

),

ages as (

  select cohorts.cohort_month, cohorts.cohort_size, currencies.currency, months.month_start
  from cohorts
  inner join (select distinct cohort_month, currency from spent) as currencies on currencies.cohort_month = cohorts.cohort_month
  inner join months on months.month_start >= cohorts.cohort_month

),

grown as (

  select
    ages.cohort_month,
    ages.currency,
    ages.month_start,
    ages.cohort_size,
    coalesce(spent.orders, 0) as orders,
    coalesce(spent.revenue, 0) as revenue,
    coalesce(spent.refunds, 0) as refunds,
    sum(coalesce(spent.orders, 0)) over life as orders_to_date,
    sum(coalesce(spent.revenue, 0)) over life as revenue_to_date,
    sum(coalesce(spent.refunds, 0)) over life as refunds_to_date
  from ages
  left join spent
    on spent.cohort_month = ages.cohort_month
    and spent.currency = ages.currency
    and spent.month_start = ages.month_start
  window life as (partition by ages.cohort_month, ages.currency order by ages.month_start)

)

select
  cohort_month,
  {{ diff_months('cohort_month', 'month_start') }} as month_index,
  currency,
  cohort_size,
  cast(orders as {{ type_count() }}) as orders,
  revenue,
  refunds,
  cast(orders_to_date as {{ type_count() }}) as orders_to_date,
  revenue_to_date,
  refunds_to_date,
  {{ safe_ratio('revenue_to_date', 'cohort_size', 4) }} as ltv,
  {{ safe_ratio('(revenue_to_date - refunds_to_date)', 'cohort_size', 4) }} as net_ltv
from grown
