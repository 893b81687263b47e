{{ config(
  materialized='incremental',
  incremental_strategy='merge',
  unique_key='movement_id',
  on_schema_change='fail',
  pre_hook=["{{ delete_changed('movement_id', ref('int_changed_stock'), 'entity_id', 'MOVEMENT') }}", "{{ forget_backfilled('occurred_date') }}"],
  indexes=[
    {'columns': ['movement_id'], 'unique': True},
    {'columns': ['variant_id', 'occurred_date']},
    {'columns': ['occurred_date']},
  ],
) }}

select
  movements.movement_id,
  movements.variant_id,
  variants.product_id,
  movements.warehouse_id,
  movements.order_id,
  movements.kind,
  movements.quantity,
  movements.warehouse_id is not null as is_counted,
  movements.occurred_at,
  {{ utc_date('movements.occurred_at') }} as occurred_date,
  movements.is_synthetic
from {{ ref('stg_shop__stock_movements') }} as movements
inner join {{ ref('stg_shop__variants') }} as variants on variants.variant_id = movements.variant_id
{% if is_incremental() %}
where movements.movement_id in (select entity_id from {{ ref('int_changed_stock') }} where entity = 'MOVEMENT')
{% endif %}
