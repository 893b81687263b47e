{{ config(
  materialized='incremental',
  incremental_strategy='merge',
  on_schema_change='fail',
  pre_hook=["{{ delete_changed('date_day', ref('int_changed_orders'), 'day') }}", "{{ forget_backfilled('date_day') }}"],
  indexes=[{'columns': ['date_day', 'country', 'customer_type', 'currency'], 'unique': True}],
) }}
{% set changes = ref('int_changed_orders') %}

-- No unique_key: the hook has taken away the days that changed, so the merge only ever brings rows back. A day is the sum of its half hours.
select
  date_day,
  country,
  customer_type,
  currency,
  {% for counted in ['orders', 'cancelled_orders', 'units_sold', 'order_lines'] -%}
  cast(sum({{ counted }}) as {{ type_count() }}) as {{ counted }},
  {% endfor -%}
  {% for amount in ['gross', 'charges', 'discounts', 'shipping', 'tax_added', 'tax_included', 'refunds'] -%}
  sum({{ amount }}) as {{ amount }},
  {% endfor -%}
  cast(sum(refund_lines) as {{ type_count() }}) as refund_lines
from {{ ref('agg_half_hourly_country') }}
{% if is_incremental() %}
where date_day in (select day from {{ changes }})
{% endif %}
group by date_day, country, customer_type, currency
