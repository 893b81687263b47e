{{ config(
  materialized='incremental',
  incremental_strategy='merge',
  on_schema_change='fail',
  pre_hook=[
    "{{ delete_changed('date_day', ref('int_changed_orders'), 'day') }}",
    "{{ forget_backfilled('date_day') }}",
    "{{ forget_moved_goods(ref('int_changed_orders'), ref('agg_daily_sales')) }}",
    "{{ forget_renamed('category_id', ref('dim_categories'), {'category': 'name', 'category_path': 'path'}, 'Uncategorised') }}",
  ],
  indexes=[{'columns': ['date_day']}],
  post_hook="{{ unique_index_with_nulls(['date_day', 'category_id', 'currency']) }}",
) }}

-- An increment brings back the days that the hooks took away: all that are missing.
-- Charges are no goods and stand where no category is, beside the goods there, so that a day's rows add up to the day.
-- One row per product first: there are far more rows than products on a day, and adding up by names would sort them all.
with sold as (

  select
    sale_date,
    product_id,
    currency,
    sum(revenue) as revenue,
    sum(units_sold) as units_sold,
    sum(lines) as lines,
    sum(refunds) as refunds,
    sum(refund_lines) as refund_lines
  from {{ ref('agg_daily_sales') }}
  {% if is_incremental() %}
  where sale_date not in (select date_day from {{ this }})
  {% endif %}
  group by sale_date, product_id, currency

),

added as (

  select
    sold.sale_date as date_day,
    goods.category_id,
    sold.currency,
    sum(case when sold.product_id is not null then sold.revenue else 0 end) as revenue,
    cast(sum(sold.units_sold) as {{ type_count() }}) as units_sold,
    sum(case when sold.product_id is not null then sold.refunds else 0 end) as refunds,
    count(sold.product_id) as products,
    sum(case when sold.product_id is null then sold.revenue else 0 end) as charges,
    sum(case when sold.product_id is null then sold.refunds else 0 end) as refunded_charges,
    cast(sum(sold.lines) as {{ type_count() }}) as lines,
    cast(sum(sold.refund_lines) as {{ type_count() }}) as refund_lines
  from sold
  left join {{ ref('dim_products') }} as goods on goods.product_id = sold.product_id
  group by sold.sale_date, goods.category_id, sold.currency

)

select
  added.date_day,
  added.category_id,
  coalesce(categories.name, 'Uncategorised') as category,
  coalesce(categories.path, 'Uncategorised') as category_path,
  added.currency,
  added.revenue,
  added.units_sold,
  added.refunds,
  added.products,
  added.charges,
  added.refunded_charges,
  added.lines,
  added.refund_lines
from added
left join {{ ref('dim_categories') }} as categories on categories.category_id = added.category_id
