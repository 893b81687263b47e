{{ config(
  materialized='incremental',
  incremental_strategy='merge',
  on_schema_change='fail',
  pre_hook=[
    "{{ forget_demand(ref('int_changed_products'), 91) }}",
    "{{ forget_restocked(ref('int_changed_stock'), ref('stg_shop__variants'), ref('fct_inventory_daily')) }}",
    "{{ forget_backfilled() }}",
  ],
  indexes=[{'columns': ['product_id', 'currency', 'demand_date'], 'unique': True}],
) }}
{% set changes = ref('int_changed_products') %}
{% set changed_stock = ref('int_changed_stock') %}
{% set variants = ref('stg_shop__variants') %}
{% set inventory = ref('fct_inventory_daily') %}
{% set yesterday = add_days(business_date(), -1) %}

-- The ninety-one days before the business day, with four weeks before them to look back on. What has been computed of a day stays, but for
-- products whose sales or whose stock of those days changed: an increment brings these and the days that are new.
with {% if is_incremental() -%}
changed as (

  select product_id
  from {{ changes }}
  union distinct
  -- of those whose stock changed, the ones that the pre-hook took away
  select variants.product_id
  from {{ changed_stock }} as stock
  inner join {{ variants }} as variants on variants.variant_id = stock.entity_id
  where stock.entity = 'VARIANT'
    and not exists (select 1 from {{ this }} as kept where kept.product_id = variants.product_id)

),

{% endif -%}
lines as (

  select product_id, currency, placed_date, units_sold, amount
  from {{ ref('fct_order_lines') }}
  where line_kind = 'PRODUCT'
    and placed_date < {{ business_date() }}
    {% if is_incremental() %}
    and product_id in (select product_id from changed)
  union all
  -- all others have rows to come only where a day is new
  select product_id, currency, placed_date, units_sold, amount
  from {{ ref('fct_order_lines') }}
  where line_kind = 'PRODUCT'
    and placed_date < {{ business_date() }}
    and product_id not in (select product_id from changed)
    and coalesce((select max(demand_date) from {{ this }}) < {{ yesterday }}, true)
    {% endif %}

),

firsts as (

  select product_id, currency, min(placed_date) as first_date
  from lines
  group by product_id, currency

),

sales as (

  select product_id, currency, placed_date, sum(units_sold) as units, sum(amount) as revenue
  from lines
  where placed_date >= {{ add_days(business_date(), -119) }}
  group by product_id, currency, placed_date

),

days as (

  select demand_date
  from {{ date_series(add_days(business_date(), -119), yesterday, 'demand_date') }} as series

),

demand as (

  select
    firsts.product_id,
    firsts.currency,
    days.demand_date,
    firsts.first_date,
    coalesce(sales.units, 0) as units,
    coalesce(sales.revenue, 0) as revenue
  from firsts
  inner join days on days.demand_date >= firsts.first_date
  left join sales
    on sales.product_id = firsts.product_id
    and sales.currency = firsts.currency
    and sales.placed_date = days.demand_date

),

lagged as (

  select
    product_id,
    currency,
    demand_date,
    first_date,
    units,
    revenue,
    lag(units, 1) over history as units_1d_ago,
    lag(units, 7) over history as units_7d_ago,
    lag(units, 14) over history as units_14d_ago,
    lag(units, 28) over history as units_28d_ago,
    coalesce(sum(units) over (partition by product_id, currency order by demand_date rows between 7 preceding and 1 preceding), 0) as units_7d,
    coalesce(sum(units) over (partition by product_id, currency order by demand_date rows between 28 preceding and 1 preceding), 0) as units_28d,
    coalesce(sum(revenue) over (partition by product_id, currency order by demand_date rows between 28 preceding and 1 preceding), 0) as revenue_28d
  from demand
  window history as (partition by product_id, currency order by demand_date)

),

-- Counted variants at the end of each day. Those of changed products are found by the product, those of new days by the day.
counted as (

  select product_id, stock_date, is_stocked_out
  from {{ inventory }}
  where stock_date < {{ business_date() }}
    {% if is_incremental() %}
    and product_id in (select product_id from changed)
  union all
  select product_id, stock_date, is_stocked_out
  from {{ inventory }}
  where stock_date < {{ business_date() }}
    and stock_date > coalesce((select max(demand_date) from {{ this }}), cast('1900-01-01' as date))
    and product_id not in (select product_id from changed)
    {% endif %}

),

stock as (

  select product_id, stock_date, {{ stocked_out_share() }} as stocked_out_share
  from counted
  group by product_id, stock_date

)

select
  lagged.product_id,
  currency,
  demand_date,
  {{ day_start(add_days('demand_date', 1)) }} as available_ts,
  {{ date_part('isodow', 'demand_date') }} as day_of_week,
  {{ date_part('month', 'demand_date') }} as month,
  {{ is_month_end('demand_date') }} as is_month_end,
  {{ is_uk_bank_holiday('demand_date') }} as is_uk_bank_holiday,
  {{ diff_days('first_date', 'demand_date') }} as days_since_first_sale,
  cast(units_1d_ago as {{ type_count() }}) as units_1d_ago,
  cast(units_7d_ago as {{ type_count() }}) as units_7d_ago,
  cast(units_14d_ago as {{ type_count() }}) as units_14d_ago,
  cast(units_28d_ago as {{ type_count() }}) as units_28d_ago,
  cast(units_7d as {{ type_count() }}) as units_7d,
  cast(units_28d as {{ type_count() }}) as units_28d,
  {{ safe_ratio('revenue_28d', 'units_28d', 4) }} as price_28d,
  cast(units as {{ type_count() }}) as units,
  {{ safe_ratio('revenue', 'units', 4) }} as price,
  stock.stocked_out_share,
  stock.stocked_out_share = 1 as is_stocked_out
from lagged
left join stock on stock.product_id = lagged.product_id and stock.stock_date = lagged.demand_date
where demand_date >= {{ add_days(business_date(), -91) }}
  {% if is_incremental() %}
  and (lagged.product_id in (select product_id from changed) or coalesce(demand_date > (select max(demand_date) from {{ this }}), true))
  {% endif %}
