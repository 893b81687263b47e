{{ config(
  materialized='incremental',
  incremental_strategy='merge',
  on_schema_change='fail',
  pre_hook=[
    "{{ delete_changed('date_day', ref('int_changed_orders'), 'day') }}",
    "{{ forget_backfilled('date_day') }}",
    "{{ forget_moved_goods(ref('int_changed_orders'), ref('agg_daily_sales')) }}",
    "{{ forget_renamed('vendor_id', ref('stg_shop__vendors'), {'vendor': 'name'}) }}",
  ],
  indexes=[{'columns': ['date_day', 'vendor_id', 'currency'], 'unique': True}, {'columns': ['vendor_id']}],
) }}

-- An increment brings back the days that the hooks took away: all that are missing. `revenue` is of the goods that are the vendor's today,
-- `sold_*` of the lines that the vendor sold, whoever has the goods now.
with moved as (

  select
    sales.sale_date as date_day,
    products.vendor_id,
    sales.currency,
    sales.revenue,
    sales.units_sold,
    sales.refunds,
    0 as vendor_orders,
    cast(0 as {{ type_money() }}) as commission,
    cast(0 as {{ type_money() }}) as share,
    cast(null as {{ type_id() }}) as order_id,
    cast(0 as {{ type_money() }}) as sold_revenue,
    0 as sold_units
  from {{ ref('agg_daily_sales') }} as sales
  inner join {{ ref('dim_products') }} as products on products.product_id = sales.product_id
  where products.vendor_id is not null
    {% if is_incremental() %}
    and sales.sale_date not in (select date_day from {{ this }})
    {% endif %}
  union all
  select placed_date, vendor_id, currency, 0, 0, 0, 1, commission, share, null, 0, 0
  from {{ ref('fct_vendor_orders') }}
  {% if is_incremental() %}
  where placed_date not in (select date_day from {{ this }})
  {% endif %}
  union all
  select placed_date, vendor_id, currency, 0, 0, 0, 0, 0, 0, order_id, amount, units_sold
  from {{ ref('fct_order_lines') }}
  where vendor_id is not null
    {% if is_incremental() %}
    and placed_date not in (select date_day from {{ this }})
    {% endif %}

)

select
  moved.date_day,
  moved.vendor_id,
  vendors.name as vendor,
  moved.currency,
  sum(moved.revenue) as revenue,
  cast(sum(moved.units_sold) as {{ type_count() }}) as units_sold,
  sum(moved.refunds) as refunds,
  cast(sum(moved.vendor_orders) as {{ type_count() }}) as vendor_orders,
  sum(moved.commission) as commission,
  sum(moved.share) as share,
  count(distinct moved.order_id) as sold_orders,
  count(moved.order_id) as sold_lines,
  sum(moved.sold_revenue) as sold_revenue,
  cast(sum(moved.sold_units) as {{ type_count() }}) as sold_units
from moved
inner join {{ ref('stg_shop__vendors') }} as vendors on vendors.vendor_id = moved.vendor_id
group by moved.date_day, moved.vendor_id, vendors.name, moved.currency
