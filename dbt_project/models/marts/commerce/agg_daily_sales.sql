{{ config(
  materialized='incremental',
  incremental_strategy='merge',
  on_schema_change='fail',
  pre_hook=["{{ delete_changed('sale_date', ref('int_changed_orders'), 'day') }}", "{{ forget_backfilled('sale_date') }}"],
  indexes=[{'columns': ['sale_date']}],
  post_hook="{{ unique_index_with_nulls(['product_id', 'sale_date', 'country', 'customer_type', 'line_kind', 'currency']) }}",
) }}
{% set changes = ref('int_changed_orders') %}

-- No unique_key: the hook has taken away the days that changed, so the merge only ever brings rows back.
with movements as (

  select placed_date as sale_date, country, customer_type, line_kind, product_id, currency, amount as revenue, units_sold, 1 as lines, 0 as refunds, 0 as refund_lines
  from {{ ref('fct_order_lines') }}
  {% if is_incremental() %}
  where {{ is_on_changed_day('placed_date', changes) }}
  {% endif %}
  union all
  select refunded_date, country, customer_type, line_kind, product_id, currency, 0, 0, 0, amount, 1
  from {{ ref('fct_refunds') }}
  {% if is_incremental() %}
  where {{ is_on_changed_day('refunded_date', changes) }}
  {% endif %}

)

select
  sale_date,
  country,
  customer_type,
  line_kind,
  product_id,
  currency,
  sum(revenue) as revenue,
  cast(sum(units_sold) as {{ type_count() }}) as units_sold,
  cast(sum(lines) as {{ type_count() }}) as lines,
  sum(refunds) as refunds,
  cast(sum(refund_lines) as {{ type_count() }}) as refund_lines
from movements
group by sale_date, country, customer_type, line_kind, product_id, currency
{{ laid_by('sale_date') }}
