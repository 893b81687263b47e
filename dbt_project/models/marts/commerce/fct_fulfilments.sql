{{ config(
  indexes=[
    {'columns': ['fulfilment_id'], 'unique': True},
    {'columns': ['order_id']},
    {'columns': ['created_date']},
  ],
) }}

with contents as (

  select fulfilment_id, count(*) as lines, cast(sum(quantity) as {{ type_count() }}) as units
  from {{ ref('stg_shop__fulfilment_lines') }}
  group by fulfilment_id

)

select
  parcels.fulfilment_id,
  parcels.order_id,
  parcels.vendor_id,
  parcels.state,
  parcels.carrier,
  orders.customer_type,
  orders.country,
  orders.placed_at,
  parcels.created_at,
  {{ utc_date('parcels.created_at') }} as created_date,
  parcels.shipped_at,
  parcels.delivered_at,
  coalesce(contents.lines, 0) as lines,
  coalesce(contents.units, 0) as units,
  {{ hours_between('orders.placed_at', 'parcels.shipped_at') }} as hours_to_ship,
  {{ hours_between('parcels.shipped_at', 'parcels.delivered_at') }} as hours_under_way
from {{ ref('stg_shop__fulfilments') }} as parcels
inner join {{ ref('int_orders_located') }} as orders on orders.order_id = parcels.order_id
left join contents on contents.fulfilment_id = parcels.fulfilment_id
