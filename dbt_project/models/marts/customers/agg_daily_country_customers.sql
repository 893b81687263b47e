{{ config(
  materialized='incremental',
  incremental_strategy='merge',
  on_schema_change='fail',
  pre_hook=["{{ forget_customer_days(ref('int_changed_orders'), ref('fct_orders')) }}", "{{ forget_backfilled('date_day') }}"],
  indexes=[{'columns': ['currency', 'date_day']}],
  post_hook="{{ unique_index_with_nulls(['date_day', 'country', 'currency', 'previous_day']) }}",
) }}
{% set changes = ref('int_changed_orders') %}
{% set orders = ref('fct_orders') %}

-- Who ordered in a period in a country is who has a row there in it and came before only outside of it. Over all currencies once (no
-- currency), and in each. No unique_key: the hook has taken away the days that changed and those that followed one that did, of the people
-- whose orders changed, so the merge only ever brings rows back.
with placed as (

  select user_id, country, currency, placed_date
  from {{ orders }}
  where user_id is not null
  {% if is_incremental() %}
    and user_id in (
      select user_id from {{ orders }}
      where placed_date in (select day from {{ customer_days_changed(changes, orders) }} as changed_days)
    )
  {% endif %}

),

came as (

  select user_id, country, cast(null as {{ dbt.type_string() }}) as currency, placed_date as date_day
  from placed
  group by user_id, country, placed_date
  union all
  select user_id, country, currency, placed_date
  from placed
  group by user_id, country, currency, placed_date

),

followed as (

  select
    country,
    currency,
    date_day,
    lag(date_day) over (partition by country, currency, user_id order by date_day) as previous_day,
    1 as customers
  from came

),

-- Every day with orders has a row without a day before, of nobody where nobody came for the first time: guests alone order too.
there as (

  select country, currency, placed_date
  from {{ orders }}
  {% if is_incremental() %}
  where placed_date in (select day from {{ customer_days_changed(changes, orders) }} as changed_days)
  {% endif %}
  group by country, currency, placed_date

),

counted as (

  select date_day, country, currency, previous_day, customers
  from followed
  {% if is_incremental() %}
  where date_day in (select day from {{ customer_days_changed(changes, orders) }} as changed_days)
  {% endif %}
  union all
  select placed_date, country, currency, cast(null as date), 0
  from there
  union all
  select placed_date, country, cast(null as {{ dbt.type_string() }}), cast(null as date), 0
  from there

)

select date_day, country, currency, previous_day, cast(sum(customers) as {{ type_count() }}) as customers
from counted
group by date_day, country, currency, previous_day
{{ laid_by('currency, date_day') }}
