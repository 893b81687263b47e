{{ config(
  materialized='incremental',
  incremental_strategy='merge',
  unique_key='line_id',
  on_schema_change='fail',
  pre_hook=["{{ delete_changed('order_id', ref('int_changed_orders'), 'entity_id', 'ORDER') }}", "{{ forget_backfilled('placed_date') }}"],
  indexes=[
    {'columns': ['line_id'], 'unique': True},
    {'columns': ['order_id']},
    {'columns': ['product_id', 'placed_date']},
    {'columns': ['vendor_id', 'placed_date', 'user_id']},
    {'columns': ['placed_date'], 'type': 'brin'},
  ],
) }}
{% set changes = ref('int_changed_orders') %}

select
  items.line_id,
  items.order_id,
  items.line_kind,
  items.product_id,
  items.variant_id,
  items.code,
  items.name,
  orders.user_id,
  orders.customer_type,
  orders.country_code,
  orders.country,
  orders.currency,
  orders.placed_at,
  orders.placed_date,
  items.quantity,
  items.units_sold,
  items.amount,
  items.charge_kind,
  items.vendor_id,
  {{ amount('items.discount_units', 'orders.currency_exponent') }} as discount,
  {{ amount('items.tax_units', 'orders.currency_exponent') }} as tax,
  {{ amount('items.tax_included_units', 'orders.currency_exponent') }} as tax_included
from {{ ref('int_order_items') }} as items
inner join {{ ref('int_orders_located') }} as orders on orders.order_id = items.order_id
{% if is_incremental() %}
where {{ is_changed('items.order_id', changes, 'ORDER') }}
{% endif %}
