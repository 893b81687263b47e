{{ config(
  materialized='incremental',
  incremental_strategy='merge',
  on_schema_change='fail',
  pre_hook="{{ delete_changed('product_id', ref('int_changed_products'), 'product_id') }}",
  indexes=[{'columns': ['product_id', 'currency', 'week_start'], 'unique': True}],
) }}
{% set changes = ref('int_changed_products') %}

-- Weeks that are over. A week that stands stays, but for products whose sales changed.
with weeks as (

  select
    product_id,
    currency,
    {{ trunc_date('week', 'placed_date') }} as week_start,
    count(distinct order_id) as orders,
    sum(units_sold) as units,
    sum(amount) as revenue,
    sum(discount) as discount
  from {{ ref('fct_order_lines') }}
  where line_kind = 'PRODUCT'
    and amount > 0
    and placed_date < {{ trunc_date('week', business_date()) }}
    {% if is_incremental() %}
    and (
      product_id in (select product_id from {{ changes }})
      or placed_date >= coalesce((select {{ add_days('max(week_start)', 7) }} from {{ this }}), cast('1900-01-01' as date))
    )
    {% endif %}
  group by product_id, currency, {{ trunc_date('week', 'placed_date') }}

)

select
  product_id,
  currency,
  week_start,
  {{ day_start(add_days('week_start', 7)) }} as available_ts,
  orders,
  cast(units as {{ type_count() }}) as units,
  revenue,
  {{ safe_ratio('revenue', 'units', 4) }} as average_price,
  {{ safe_ratio('discount', 'revenue') }} as discount_share
from weeks
where units > 0
