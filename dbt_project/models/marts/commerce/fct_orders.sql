{{ config(
  materialized='incremental',
  incremental_strategy='merge',
  unique_key='order_id',
  on_schema_change='fail',
  pre_hook=["{{ delete_changed('order_id', ref('int_changed_orders'), 'entity_id', 'ORDER') }}", "{{ forget_backfilled('placed_date') }}"],
  indexes=[
    {'columns': ['order_id'], 'unique': True},
    {'columns': ['user_id', 'placed_at']},
    {'columns': ['placed_date', 'currency', 'revenue']},
  ],
) }}
{% set changes = ref('int_changed_orders') %}

with lines as (

  select
    order_id,
    sum(amount) as revenue,
    cast(sum(units_sold) as {{ type_count() }}) as units_sold,
    sum(case when line_kind = 'CHARGE' then amount else 0 end) as charges,
    sum(case when charge_kind = 'SHIPPING' then amount else 0 end) as shipping,
    count(*) as lines
  from {{ ref('fct_order_lines') }}
  {% if is_incremental() %}
  where order_id in (select entity_id from {{ changes }} where entity = 'ORDER')
  {% endif %}
  group by order_id

)

select
  orders.order_id,
  orders.number,
  orders.user_id,
  orders.customer_type,
  orders.state,
  orders.country_code,
  orders.country,
  orders.currency,
  orders.placed_at,
  orders.placed_date,
  coalesce(lines.revenue, 0) as revenue,
  coalesce(lines.units_sold, 0) as units_sold,
  coalesce(lines.charges, 0) as charges,
  orders.total,
  coalesce(lines.lines, 0) as lines,
  coalesce(orders.discounts, 0) as discounts,
  coalesce(lines.shipping, 0) as shipping,
  coalesce(orders.tax, 0) as tax,
  coalesce(orders.tax_included, 0) as tax_included
from {{ ref('int_orders_located') }} as orders
left join lines on lines.order_id = orders.order_id
{% if is_incremental() %}
where orders.order_id in (select entity_id from {{ changes }} where entity = 'ORDER')
{% endif %}
{{ laid_by('orders.placed_date') }}
