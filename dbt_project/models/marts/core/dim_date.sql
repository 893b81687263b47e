{{ config(indexes=[{'columns': ['date_day'], 'unique': True}]) }}

with bounds as (

  select
    {{ trunc_date('year', 'coalesce(min(placed_date), ' ~ business_date() ~ ')') }} as first_day,
    {{ add_days(trunc_date('year', add_days(trunc_date('year', business_date()), 366)), -1) }} as last_day
  from {{ ref('fct_orders') }}

),

days as (

  select date_day
  from {{ date_series('(select first_day from bounds)', '(select last_day from bounds)', 'date_day') }} as series

)

select
  date_day,
  {{ date_part('year', 'date_day') }} as year,
  {{ date_part('quarter', 'date_day') }} as quarter,
  {{ date_part('month', 'date_day') }} as month,
  {{ trunc_date('month', 'date_day') }} as month_start,
  {{ date_part('isoyear', 'date_day') }} as iso_year,
  {{ date_part('week', 'date_day') }} as iso_week,
  {{ trunc_date('week', 'date_day') }} as week_start,
  {{ date_part('isodow', 'date_day') }} as day_of_week,
  {{ date_part('isodow', 'date_day') }} >= 6 as is_weekend,
  {{ is_month_end('date_day') }} as is_month_end,
  {{ is_uk_bank_holiday('date_day') }} as is_uk_bank_holiday
from days
