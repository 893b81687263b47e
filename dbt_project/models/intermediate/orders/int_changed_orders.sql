{{ config(materialized='table', indexes=[]) }}

with order_versions as (

  select id as order_id, user_id, placed_at
  from {{ changed_until_cut(source('shop', 'orders__orders')) }} as versions

),

item_versions as (

  select order_id from {{ changed_until_cut(source('shop', 'orders__order_lines')) }} as versions
  union distinct
  select order_id from {{ changed_until_cut(source('shop', 'orders__order_charges')) }} as versions
  union distinct
  select order_id from {{ changed_until_cut(source('shop', 'orders__vendor_orders')) }} as versions

),

refund_versions as (

  select id as refund_id, refunded_at
  from {{ changed_until_cut(source('shop', 'orders__refunds')) }} as versions

),

refund_line_versions as (

  select distinct refund_id from {{ changed_until_cut(source('shop', 'orders__refund_lines')) }} as versions

),

-- Most versions of a product leave it where it was.
moved_products as (

  select id as product_id
  from {{ changed_until_cut(source('shop', 'catalog__products')) }} as versions
  group by id
  having min(coalesce(cast(category_id as {{ dbt.type_string() }}), '')) <> max(coalesce(cast(category_id as {{ dbt.type_string() }}), ''))
    or min(coalesce(cast(vendor_id as {{ dbt.type_string() }}), '')) <> max(coalesce(cast(vendor_id as {{ dbt.type_string() }}), ''))

)

-- An ended version gives the day and the person an order had before, the current one those it has now.
select 'ORDER' as entity, order_id as entity_id, user_id, {{ utc_date('placed_at') }} as day
from order_versions
union distinct
-- a line without its order counts too, so that tests of what changed see that it is in no mart
select 'ORDER', item_versions.order_id, orders.user_id, {{ utc_date('orders.placed_at') }}
from item_versions
left join {{ ref('stg_shop__orders') }} as orders on orders.order_id = item_versions.order_id
where item_versions.order_id is not null
union distinct
select 'REFUND', refund_id, cast(null as {{ type_id() }}), {{ utc_date('refunded_at') }}
from refund_versions
union distinct
select 'REFUND', refunds.refund_id, cast(null as {{ type_id() }}), {{ utc_date('refunds.refunded_at') }}
from refund_line_versions
inner join {{ ref('stg_shop__refunds') }} as refunds on refunds.refund_id = refund_line_versions.refund_id
union distinct
select 'PRODUCT', product_id, cast(null as {{ type_id() }}), cast(null as date)
from moved_products
union distinct
-- Days that are made anew count as changed, with all that lies on them.
select 'ORDER', backfilled.order_id, backfilled.user_id, {{ utc_date('backfilled.placed_at') }}
from {{ every_shop('orders') }} as backfilled
where {{ in_backfill(utc_date('backfilled.placed_at')) }}
union distinct
select 'REFUND', backfilled.refund_id, cast(null as {{ type_id() }}), {{ utc_date('backfilled.refunded_at') }}
from {{ every_shop('refunds') }} as backfilled
where {{ in_backfill(utc_date('backfilled.refunded_at')) }}
{{ further_shops('changes', 'entity, entity_id, user_id, day', union='union distinct') }}
