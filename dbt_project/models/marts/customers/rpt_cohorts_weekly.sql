{{ config(indexes=[{'columns': ['cohort_week', 'week_index'], 'unique': True}]) }}

with activity as (

  select user_id, {{ trunc_date('week', 'placed_date') }} as active_week, count(*) as orders
  from {{ ref('fct_orders') }}
  where user_id is not null
  group by user_id, {{ trunc_date('week', 'placed_date') }}

),

firsts as (

  select user_id, min(active_week) as cohort_week
  from activity
  group by user_id

),

cohorts as (

  select cohort_week, count(*) as cohort_size
  from firsts
  group by cohort_week

),

-- Every week up to the current one, so that a week in which nobody came back is a row with 0 and not a gap.
weeks as (

  select active_week
  from {{ date_series('(select min(cohort_week) from cohorts)', business_date(), 'active_week', step_days=7) }} as mondays

),

returned as (

  select firsts.cohort_week, activity.active_week, count(*) as customers, sum(activity.orders) as orders
  from activity
  inner join firsts on firsts.user_id = activity.user_id
  group by firsts.cohort_week, activity.active_week

)

select
  cohorts.cohort_week,
  cast({{ diff_days('cohorts.cohort_week', 'weeks.active_week') }} / 7 as integer) as week_index,
  cohorts.cohort_size,
  coalesce(returned.customers, 0) as customers,
  {{ safe_ratio('coalesce(returned.customers, 0)', 'cohorts.cohort_size') }} as retention,
  cast(coalesce(returned.orders, 0) as {{ type_count() }}) as orders
from cohorts
inner join weeks on weeks.active_week >= cohorts.cohort_week
left join returned
  on returned.cohort_week = cohorts.cohort_week
  and returned.active_week = weeks.active_week
