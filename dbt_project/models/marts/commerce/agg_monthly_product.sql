{{ config(
  materialized='incremental',
  incremental_strategy='merge',
  on_schema_change='fail',
  pre_hook=["{{ delete_changed('month_start', ref('int_changed_orders'), trunc_date('month', 'day')) }}", "{{ forget_backfilled() }}"],
  indexes=[{'columns': ['month_start']}],
  post_hook="{{ unique_index_with_nulls(['product_id', 'month_start', 'vendor_id', 'line_kind', 'currency']) }}",
) }}
{% set changes = ref('int_changed_orders') %}

-- No unique_key: the hooks have taken away the months that changed, so the merge only ever brings rows back. An increment reads
-- those months; days that are made anew take everything with them. An order that holds a product in several lines, of several sellers
-- even, counts with the first of them, so that a product's orders can be added up.
with movements as (

  select {{ trunc_date('month', 'placed_date') }} as month_start, product_id, vendor_id, line_kind, currency, amount as revenue, units_sold, 1 as lines,
    case when row_number() over (partition by order_id, product_id order by line_id) = 1 then 1 else 0 end as orders, 0 as refunds, 0 as refund_lines
  from {{ ref('fct_order_lines') }}
  {% if is_incremental() %}
  where {{ in_changed_month('placed_date', changes) }}
  {% endif %}
  union all
  select {{ trunc_date('month', 'refunded_date') }}, product_id, cast(null as {{ type_id() }}), line_kind, currency, 0, 0, 0, 0, amount, 1
  from {{ ref('fct_refunds') }}
  {% if is_incremental() %}
  where {{ in_changed_month('refunded_date', changes) }}
  {% endif %}

)

select
  month_start,
  product_id,
  vendor_id,
  line_kind,
  currency,
  sum(revenue) as revenue,
  cast(sum(units_sold) as {{ type_count() }}) as units_sold,
  cast(sum(lines) as {{ type_count() }}) as lines,
  sum(refunds) as refunds,
  cast(sum(refund_lines) as {{ type_count() }}) as refund_lines,
  cast(sum(orders) as {{ type_count() }}) as orders
from movements
group by month_start, product_id, vendor_id, line_kind, currency
{{ laid_by('month_start') }}
