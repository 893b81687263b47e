{{ config(indexes=[{'columns': ['channel'], 'unique': True}]) }}
{% set squarings = 10 %}

-- A chain over channels: a path starts, goes from touch to touch and ends converted or lost. What a channel is worth is the part of the
-- conversions that the chain loses when everybody who would come to it is lost instead (Anderl et al., 2016).
with touched as (

  select order_id, touch_number, channel
  from {{ ref('int_conversion_paths') }}

),

-- Touches before no order, by person; a silence of thirty days ends a path.
idle as (

  select
    coalesce(touches.user_id, touches.visit_id) as person_id,
    touches.touch_number,
    touches.channel,
    case
      when {{ diff_days('lag(touches.touch_date) over person', 'touches.touch_date') }} <= 30 then 0
      else 1
    end as begins_path
  from {{ ref('fct_touches') }} as touches
  left join {{ ref('int_conversion_paths') }} as paths on paths.visit_id = touches.visit_id and paths.session_number = touches.session_number
  where paths.order_id is null
  window person as (partition by coalesce(touches.user_id, touches.visit_id) order by touches.touch_number)

),

idle_paths as (

  select idle.*, sum(begins_path) over (partition by person_id order by touch_number) as path_number
  from idle

),

steps as (

  select order_id as path_id, 0 as path_number, touch_number, channel, 'CONVERTED' as ending
  from touched
  union all
  select person_id, path_number, touch_number, channel, 'LOST'
  from idle_paths

),

-- Staying in a channel is no step: it changes nothing in where a path ends.
moves as (

  select
    ending,
    path_id,
    path_number,
    channel,
    lag(channel) over path as earlier,
    lead(channel) over path as later
  from steps
  window path as (partition by ending, path_id, path_number order by touch_number)

),

edges as (

  select 'START' as from_state, channel as to_state
  from moves
  where earlier is null
  union all
  select channel, coalesce(later, ending)
  from moves
  where later is null or later <> channel

),

counted as (

  select from_state, to_state, count(*) as paths
  from edges
  group by from_state, to_state

),

chain as (

  select
    from_state,
    to_state,
    cast(paths as {{ type_float() }}) / cast(sum(paths) over (partition by from_state) as {{ type_float() }}) as probability
  from counted
  union all
  select 'CONVERTED', 'CONVERTED', cast(1 as {{ type_float() }})
  union all
  select 'LOST', 'LOST', cast(1 as {{ type_float() }})

),

channels as (

  select channel, count(*) as touches
  from {{ ref('fct_touches') }}
  group by channel

),

removals as (

  select channel as removed from channels
  union all
  select 'NOTHING'

),

-- One chain per channel that is taken out, and the whole one.
step_0 as (

  select
    removals.removed,
    chain.from_state,
    case when chain.to_state = removals.removed then 'LOST' else chain.to_state end as to_state,
    sum(chain.probability) as probability
  from removals
  inner join chain on chain.from_state <> removals.removed
  group by removals.removed, chain.from_state, case when chain.to_state = removals.removed then 'LOST' else chain.to_state end

),

-- Squared again and again: where a path is after {{ 2 ** squarings }} steps, which is where it ended.
{% for step in range(1, squarings + 1) -%}
step_{{ step }} as (

  select one.removed, one.from_state, two.to_state, sum(one.probability * two.probability) as probability
  from step_{{ step - 1 }} as one
  inner join step_{{ step - 1 }} as two on two.removed = one.removed and two.from_state = one.to_state
  group by one.removed, one.from_state, two.to_state
  -- what is left of paths that do not end gets too small for a number
  having sum(one.probability * two.probability) > cast(1e-30 as {{ type_float() }})

),

{% endfor -%}
conversions as (

  select removed, probability
  from step_{{ squarings }}
  where from_state = 'START' and to_state = 'CONVERTED'

),

whole as (

  select max(probability) as probability
  from conversions
  where removed = 'NOTHING'

),

effects as (

  select
    channels.channel,
    channels.touches,
    round(cast(coalesce(whole.probability, 0) as {{ type_money() }}), 9) as conversion_probability,
    round(cast(coalesce(case
      when whole.probability > 0 then 1 - coalesce(conversions.probability, 0) / whole.probability
    end, 0) as {{ type_money() }}), 9) as effect
  from channels
  cross join whole
  left join conversions on conversions.removed = channels.channel

),

orders as (

  select channel, count(distinct order_id) as orders
  from touched
  group by channel

)

select
  effects.channel,
  effects.touches,
  coalesce(orders.orders, 0) as orders,
  effects.conversion_probability,
  greatest(effects.effect, 0) as removal_effect
from effects
left join orders on orders.channel = effects.channel
