{{ config(indexes=[
  {'columns': ['order_id', 'model', 'touch_number'], 'unique': True},
  {'columns': ['placed_date']},
]) }}

-- Whole weights, so that every engine divides the same numbers. An order's money is given out along its touches by what has been given
-- out so far, and the last touch with a weight takes what is left: the parts add up to the order, whatever was rounded on the way.
with models as (

  select 'first' as model
  union all select 'last'
  union all select 'linear'
  union all select 'position'
  union all select 'time_decay'
  union all select 'markov'

),

credits as (

  select
    paths.*,
    models.model,
    removal.removal_effect,
    sum(removal.removal_effect) over (partition by paths.order_id, models.model) as path_effect
  from {{ ref('int_conversion_paths') }} as paths
  inner join {{ ref('rpt_channel_removal') }} as removal on removal.channel = paths.channel
  cross join models

),

weighed as (

  select
    credits.*,
    cast(case
      when model = 'first' then case when touch_number = 1 then 1 else 0 end
      when model = 'last' then case when touch_number = touches then 1 else 0 end
      when model = 'linear' or touches = 1 then 1
      -- two fifths to each end, a fifth to all between
      when model = 'position' and touches = 2 then 1
      when model = 'position' and (touch_number = 1 or touch_number = touches) then 2 * (touches - 2)
      when model = 'position' then 1
      -- half as much with every seven days
      when model = 'time_decay' then case days_before
        {% for days in range(31) -%}
        when {{ days }} then {{ (1000000000 * 2 ** (-days / 7)) | round | int }}
        {% endfor -%}
        else 1 end
      when path_effect = 0 then 1
      else removal_effect * 1000000000
    end as {{ type_money() }}) as weight
  from credits

),

summed as (

  select
    weighed.*,
    sum(weight) over (partition by order_id, model) as weights,
    sum(weight) over (partition by order_id, model order by touch_number) as weights_so_far
  from weighed

),

given as (

  select
    summed.*,
    case when weights_so_far = weights then 1 else {{ safe_ratio('weights_so_far', 'weights', 9) }} end as share_so_far,
    case when weights_so_far = weights then revenue else {{ safe_ratio('revenue * weights_so_far', 'weights', 4) }} end as revenue_so_far
  from summed

),

parted as (

  select
    given.*,
    share_so_far - coalesce(lag(share_so_far) over path, 0) as share,
    revenue_so_far - coalesce(lag(revenue_so_far) over path, 0) as attributed_revenue
  from given
  window path as (partition by order_id, model order by touch_number)

)

select
  order_id,
  model,
  touch_number,
  touches,
  visit_id,
  session_number,
  user_id,
  touched_at,
  channel,
  days_before,
  placed_at,
  placed_date,
  currency,
  share,
  attributed_revenue
from parted
where weight > 0
