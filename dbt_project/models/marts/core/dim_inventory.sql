{{ config(indexes=[{'columns': ['variant_id', 'warehouse_id'], 'unique': True}, {'columns': ['product_id']}]) }}

select
  levels.variant_id,
  levels.warehouse_id,
  variants.product_id,
  variants.sku,
  warehouses.code as warehouse,
  levels.on_hand,
  levels.reserved,
  levels.on_hand - levels.reserved as available,
  levels.incoming,
  levels.updated_at
from {{ ref('stg_shop__inventory_levels') }} as levels
inner join {{ ref('stg_shop__variants') }} as variants on variants.variant_id = levels.variant_id
inner join {{ ref('stg_shop__warehouses') }} as warehouses on warehouses.warehouse_id = levels.warehouse_id
