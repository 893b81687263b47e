{{ config(
  materialized='incremental',
  incremental_strategy='merge',
  on_schema_change='fail',
  pre_hook="{{ forget_past(ref('int_changed_orders'), 'present.available_ts = ' ~ day_start(business_date()) ~ '') }}",
  indexes=[{'columns': ['product_id', 'other_product_id'], 'unique': True}],
) }}

-- Baskets of the ninety-one days before the business day, of two to twenty-five products: a resale of half the shop tells nothing of what
-- belongs together, and its pairs would outnumber all others.
with lines as (

  select order_id, product_id, sum(quantity) as units
  from {{ ref('fct_order_lines') }}
  where line_kind = 'PRODUCT'
    and placed_date < {{ business_date() }}
    and placed_date >= {{ add_days(business_date(), -91) }}
    {% if is_incremental() %}
    and not exists (select 1 from {{ this }})
    {% endif %}
  group by order_id, product_id

),

sizes as (

  select order_id, count(*) as products
  from lines
  group by order_id

),

baskets as (

  select lines.order_id, lines.product_id, lines.units
  from lines
  inner join sizes on sizes.order_id = lines.order_id
  where sizes.products >= 2 and sizes.products <= 25

),

totals as (

  select count(distinct order_id) as orders
  from baskets

),

singles as (

  select product_id, count(*) as orders
  from baskets
  group by product_id

),

pairs as (

  select one.product_id, other.product_id as other_product_id, count(*) as orders, sum(other.units) as other_units
  from baskets as one
  inner join baskets as other on other.order_id = one.order_id and other.product_id <> one.product_id
  group by one.product_id, other.product_id
  having count(*) >= 2

),

placed as (

  select
    pairs.*,
    row_number() over (partition by product_id order by orders desc, other_product_id) as place
  from pairs

)

select
  placed.product_id,
  placed.other_product_id,
  {{ day_start(business_date()) }} as available_ts,
  placed.place,
  placed.orders,
  singles.orders as product_orders,
  others.orders as other_orders,
  cast(placed.other_units as {{ type_count() }}) as other_units,
  {{ safe_ratio('placed.orders', 'singles.orders') }} as confidence,
  round(cast(placed.orders * totals.orders as {{ type_money() }}) / (singles.orders * others.orders), 6) as lift
from placed
inner join singles on singles.product_id = placed.product_id
inner join singles as others on others.product_id = placed.other_product_id
cross join totals
where placed.place <= 50
