{{ config(indexes=[{'columns': ['cohort_month', 'month_index'], 'unique': True}]) }}

-- Orders of every currency make a customer active; money is that of the shop's main currency, of others in rpt_ltv_observed.
with activity as (

  select
    user_id,
    {{ trunc_date('month', 'placed_date') }} as active_month,
    sum(case when currency = {{ main_currency(ref('fct_orders')) }} then revenue else 0 end) as revenue
  from {{ ref('fct_orders') }}
  where user_id is not null
  group by 1, 2

),

firsts as (

  select user_id, min(active_month) as cohort_month
  from activity
  group by user_id

),

cohorts as (

  select cohort_month, count(*) as cohort_size
  from firsts
  group by cohort_month

),

-- Every month up to the current one, so that a month in which nobody came back is a row with 0 and not a gap.
months as (

  select distinct month_start
  from {{ ref('dim_date') }}
  where month_start <= {{ business_date() }}

),

returned as (

  select firsts.cohort_month, activity.active_month, count(*) as customers, sum(activity.revenue) as revenue
  from activity
  inner join firsts on firsts.user_id = activity.user_id
  group by firsts.cohort_month, activity.active_month

)

select
  cohorts.cohort_month,
  {{ diff_months('cohorts.cohort_month', 'months.month_start') }} as month_index,
  cohorts.cohort_size,
  coalesce(returned.customers, 0) as customers,
  {{ safe_ratio('coalesce(returned.customers, 0)', 'cohorts.cohort_size') }} as retention,
  {{ main_currency(ref('fct_orders')) }} as currency,
  coalesce(returned.revenue, 0) as revenue
from cohorts
inner join months on months.month_start >= cohorts.cohort_month
left join returned
  on returned.cohort_month = cohorts.cohort_month
  and returned.active_month = months.month_start
