{{ config(
  materialized='incremental',
  incremental_strategy='merge',
  unique_key=['variant_id', 'stock_date'],
  on_schema_change='fail',
  pre_hook="{{ forget_inventory_days(ref('int_changed_stock')) }}",
  indexes=[
    {'columns': ['variant_id', 'stock_date'], 'unique': True},
    {'columns': ['stock_date']},
    {'columns': ['product_id']},
  ],
) }}
{% set window_days = 91 %}
{% set demand_days = 28 %}

with counted as (

  select
    variant_id,
    product_id,
    {{ utc_date('min(occurred_at)') }} as first_day
  from {{ ref('fct_inventory_movements') }}
  where is_counted
  group by variant_id, product_id

),

-- Whoever changed needs all its days, everybody else the days that the last build did not have; nobody those before it was first counted.
wanted as (

  select counted.variant_id, counted.product_id, counted.first_day,
    {% if is_incremental() %}
    greatest(counted.first_day, case when kept.last_day is null then {{ add_days(business_date(), -window_days) }} else {{ add_days('kept.last_day', 1) }} end) as from_day
  from counted
  left join (select variant_id, max(stock_date) as last_day from {{ this }} group by variant_id) as kept on kept.variant_id = counted.variant_id
  where kept.last_day is null or kept.last_day < {{ business_date() }}
    {% else %}
    greatest(counted.first_day, {{ add_days(business_date(), -window_days) }}) as from_day
  from counted
    {% endif %}

),

sold as (

  select lines.variant_id, lines.placed_date as stock_date, cast(sum(lines.units_sold) as {{ type_count() }}) as units_sold
  from {{ ref('fct_order_lines') }} as lines
  inner join wanted on wanted.variant_id = lines.variant_id
  where lines.placed_date > {{ add_days(business_date(), -(window_days + demand_days)) }} and lines.placed_date <= {{ business_date() }}
  group by lines.variant_id, lines.placed_date

),

moved as (

  select
    movements.variant_id,
    movements.occurred_date as stock_date,
    sum(movements.quantity) as change,
    sum(case when movements.quantity > 0 then movements.quantity else 0 end) as units_in,
    sum(case when movements.quantity < 0 then -movements.quantity else 0 end) as units_out
  from {{ ref('fct_inventory_movements') }} as movements
  inner join wanted on wanted.variant_id = movements.variant_id
  where movements.is_counted
  group by movements.variant_id, movements.occurred_date

),

held as (

  select
    variant_id,
    reserved,
    held_date,
    lead(held_date) over (partition by variant_id order by held_date) as next_date
  from (
    select
      versions.variant_id,
      versions.reserved,
      {{ utc_date('versions.updated_at') }} as held_date,
      row_number() over (partition by versions.variant_id, {{ utc_date('versions.updated_at') }} order by versions._from_pos desc) as n
    from {{ versions_until_cut(source('shop', 'catalog__stock_levels')) }} as versions
    inner join wanted on wanted.variant_id = versions.variant_id
    where versions._op <> 'd'
  ) as ends_of_days
  where n = 1

),

-- What was there before the first day that is looked at.
opening as (

  select moved.variant_id, sum(moved.change) as on_hand
  from moved
  where moved.stock_date <= {{ add_days(business_date(), -(window_days + demand_days)) }}
  group by moved.variant_id

),

days as (

  select day
  from {{ date_series(add_days(business_date(), 1 - (window_days + demand_days)), business_date(), 'day') }} as series

),

-- Demand of a day looks back, so the days before the wanted ones are there too.
spine as (

  select wanted.variant_id, wanted.product_id, wanted.first_day, wanted.from_day, days.day as stock_date
  from wanted
  inner join days on days.day > {{ add_days('wanted.from_day', -demand_days) }}

),

stock as (

  select
    spine.variant_id,
    spine.product_id,
    spine.first_day,
    spine.from_day,
    spine.stock_date,
    coalesce(opening.on_hand, 0) + coalesce(before.change, 0) + sum(coalesce(moved.change, 0)) over (
      partition by spine.variant_id order by spine.stock_date rows between unbounded preceding and current row
    ) as on_hand,
    held.reserved,
    coalesce(moved.units_in, 0) as units_in,
    coalesce(moved.units_out, 0) as units_out,
    coalesce(sold.units_sold, 0) as units_sold
  from spine
  left join opening on opening.variant_id = spine.variant_id
  left join (
    -- between the opening and the first day of the spine
    select moved.variant_id, sum(moved.change) as change
    from moved
    inner join wanted on wanted.variant_id = moved.variant_id
    where moved.stock_date > {{ add_days(business_date(), -(window_days + demand_days)) }}
      and moved.stock_date <= {{ add_days('wanted.from_day', -demand_days) }}
    group by moved.variant_id
  ) as before on before.variant_id = spine.variant_id
  left join moved on moved.variant_id = spine.variant_id and moved.stock_date = spine.stock_date
  left join sold on sold.variant_id = spine.variant_id and sold.stock_date = spine.stock_date
  left join held on held.variant_id = spine.variant_id and held.held_date <= spine.stock_date
    and (held.next_date is null or held.next_date > spine.stock_date)

),

offered as (

  select
    stock.*,
    case when stock_date >= first_day and on_hand - coalesce(reserved, 0) <= 0 then true else false end as is_stocked_out
  from stock

),

demanded as (

  select
    offered.*,
    sum(units_sold) over (
      partition by variant_id order by stock_date rows between {{ demand_days - 1 }} preceding and current row
    ) as units_lately,
    sum(case when is_stocked_out and units_sold = 0 then 0 else 1 end) over (
      partition by variant_id order by stock_date rows between {{ demand_days - 1 }} preceding and current row
    ) as days_lately
  from offered

),

rated as (

  select
    demanded.*,
    coalesce({{ safe_ratio('units_lately', 'days_lately') }}, 0) as daily_demand
  from demanded

)

select
  variant_id,
  product_id,
  stock_date,
  cast(on_hand as {{ type_count() }}) as on_hand,
  reserved,
  cast(units_in as {{ type_count() }}) as units_in,
  cast(units_out as {{ type_count() }}) as units_out,
  units_sold,
  daily_demand,
  {{ safe_ratio('on_hand', 'daily_demand', 2) }} as days_of_cover,
  is_stocked_out,
  case when is_stocked_out and daily_demand > units_sold then daily_demand - units_sold else 0 end as lost_units
from rated
where stock_date >= from_day
