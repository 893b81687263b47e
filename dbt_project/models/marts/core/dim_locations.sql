{{ config(indexes=[{'columns': ['warehouse_id'], 'unique': True}]) }}

with levels as (

  select warehouse_id, count(*) as variants, cast(sum(on_hand) as {{ type_count() }}) as on_hand
  from {{ ref('stg_shop__inventory_levels') }}
  group by warehouse_id

)

select
  warehouses.warehouse_id,
  warehouses.code,
  warehouses.name,
  warehouses.country_code,
  coalesce(countries.name, 'Unspecified') as country,
  warehouses.is_default,
  coalesce(levels.variants, 0) as variants,
  coalesce(levels.on_hand, 0) as on_hand
from {{ ref('stg_shop__warehouses') }} as warehouses
left join {{ ref('countries') }} as countries on countries.code = warehouses.country_code
left join levels on levels.warehouse_id = warehouses.warehouse_id
