{{ config(materialized='table', indexes=[]) }}

with movement_versions as (

  select id as movement_id, variant_id
  from {{ changed_until_cut(source('shop', 'catalog__stock_movements')) }} as versions

),

-- An ended version gives the variant that a line had before, the current one the variant it has now.
line_versions as (

  select variant_id
  from {{ changed_until_cut(source('shop', 'orders__order_lines')) }} as versions

),

level_versions as (

  select variant_id
  from {{ changed_until_cut(source('shop', 'catalog__stock_levels')) }} as versions

)

select 'MOVEMENT' as entity, movement_id as entity_id
from movement_versions
union distinct
-- Days that are made anew count as changed, with all that lies on them.
select 'MOVEMENT', movement_id
from {{ ref('stg_shop__stock_movements') }}
where {{ in_backfill(utc_date('occurred_at')) }}
union distinct
select 'VARIANT', variant_id
from movement_versions
where variant_id is not null
union distinct
select 'VARIANT', variant_id
from line_versions
where variant_id is not null
union distinct
select 'VARIANT', variant_id
from level_versions
union distinct
-- An order that moved to another day takes its lines with it.
select 'VARIANT', lines.variant_id
from {{ ref('stg_shop__order_lines') }} as lines
inner join {{ ref('int_changed_orders') }} as changes on changes.entity_id = lines.order_id
where changes.entity = 'ORDER' and lines.variant_id is not null
