{{ config(
  materialized='incremental',
  incremental_strategy='merge',
  unique_key=['order_id', 'change_number'],
  on_schema_change='fail',
  pre_hook=["{{ delete_changed('order_id', ref('int_changed_orders'), 'entity_id', 'ORDER') }}", "{{ forget_backfilled() }}"],
  indexes=[{'columns': ['order_id', 'change_number'], 'unique': True}, {'columns': ['changed_date']}],
) }}

with states as (

  select
    versions.id as order_id,
    versions.state,
    versions._from_pos as from_pos,
    {{ business_instant('versions._committed_at') }} as recorded_at,
    lag(versions.state) over (partition by versions.id order by versions._from_pos) as from_state
  from {{ versions_until_cut(source('shop', 'orders__orders')) }} as versions
  where versions._op <> 'd'
  {% if is_incremental() %}
    -- an order of other days may have changed on the ones that are made anew
    and (versions.id in (select entity_id from {{ ref('int_changed_orders') }} where entity = 'ORDER') or {{ is_backfill() }})
  {% endif %}

),

changes as (

  select
    states.order_id,
    cast(row_number() over (partition by states.order_id order by states.from_pos) as integer) as change_number,
    states.from_state,
    states.state as to_state,
    case when states.from_state is null then orders.placed_at else greatest(states.recorded_at, orders.placed_at) end as changed_at
  from states
  inner join {{ ref('int_orders_located') }} as orders on orders.order_id = states.order_id
  where states.from_state is null or states.from_state <> states.state

)

select
  order_id,
  change_number,
  from_state,
  to_state,
  changed_at,
  {{ utc_date('changed_at') }} as changed_date,
  {{ hours_between('lag(changed_at) over (partition by order_id order by change_number)', 'changed_at') }} as hours_in_state_before,
  change_number = max(change_number) over (partition by order_id) as is_current
from changes
