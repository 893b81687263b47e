{{ config(
  materialized='incremental',
  incremental_strategy='merge',
  unique_key=['order_id', 'product_id'],
  on_schema_change='fail',
  pre_hook=["{{ delete_changed('order_id', ref('int_changed_orders'), 'entity_id', 'ORDER') }}", "{{ forget_backfilled(utc_date('purchased_at')) }}"],
  indexes=[
    {'columns': ['order_id', 'product_id'], 'unique': True},
    {'columns': ['user_id']},
  ],
) }}
{% set changes = ref('int_changed_orders') %}

select
  user_id,
  product_id,
  order_id,
  min(placed_at) as purchased_at,
  min(placed_at) as available_ts,
  cast(sum(quantity) as {{ type_count() }}) as quantity,
  sum(amount) as amount
from {{ ref('fct_order_lines') }}
where line_kind = 'PRODUCT'
  and user_id is not null
  {% if is_incremental() %}
  and order_id in (select entity_id from {{ changes }} where entity = 'ORDER')
  {% endif %}
group by user_id, product_id, order_id
