{{ config(
  materialized='incremental',
  incremental_strategy='merge',
  on_schema_change='fail',
  pre_hook=["{{ delete_changed('product_id', ref('int_changed_products'), 'product_id') }}", "{{ forget_backfilled() }}"],
  indexes=[{'columns': ['product_id', 'currency', 'week_start'], 'unique': True}],
) }}
{% set changes = ref('int_changed_products') %}

-- Weeks that are over. A week that stands stays, but for products whose sales changed: their lines are found by the product, those of new
-- weeks by the day, and one "or" for both would read all lines.
with lines as (

  select product_id, currency, placed_date, order_id, units_sold, amount, discount
  from {{ ref('fct_order_lines') }}
  where line_kind = 'PRODUCT'
    and amount > 0
    and placed_date < {{ trunc_date('week', business_date()) }}
    {% if is_incremental() %}
    and product_id in (select product_id from {{ changes }})
  union all
  select product_id, currency, placed_date, order_id, units_sold, amount, discount
  from {{ ref('fct_order_lines') }}
  where line_kind = 'PRODUCT'
    and amount > 0
    and placed_date >= coalesce((select {{ add_days('max(week_start)', 7) }} from {{ this }}), cast('1900-01-01' as date))
    and placed_date < {{ trunc_date('week', business_date()) }}
    and product_id not in (select product_id from {{ changes }})
    {% endif %}

),

weeks as (

  select
    product_id,
    currency,
    {{ trunc_date('week', 'placed_date') }} as week_start,
    count(distinct order_id) as orders,
    sum(units_sold) as units,
    sum(amount) as revenue,
    sum(discount) as discount
  from lines
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
