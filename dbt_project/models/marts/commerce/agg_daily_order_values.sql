{{ config(
  materialized='incremental',
  incremental_strategy='merge',
  on_schema_change='fail',
  pre_hook=["{{ delete_changed('date_day', ref('int_changed_orders'), 'day') }}", "{{ forget_backfilled('date_day') }}"],
  indexes=[{'columns': ['date_day', 'currency', 'value_step'], 'unique': True}],
) }}
{% set changes = ref('int_changed_orders') %}

-- No unique_key: the hook has taken away the days that changed, so the merge only ever brings rows back. Steps grow with the values, so
-- that one holds some hundredths of the orders: where a median lies is found by adding them up, and its step's orders alone are read.
select
  placed_date as date_day,
  currency,
  {{ value_step('revenue') }} as value_step,
  cast(count(*) as {{ type_count() }}) as orders,
  min(revenue) as least_value,
  max(revenue) as most_value
from {{ ref('fct_orders') }}
{% if is_incremental() %}
where placed_date in (select day from {{ changes }})
{% endif %}
group by placed_date, currency, {{ value_step('revenue') }}
{{ laid_by('date_day') }}
