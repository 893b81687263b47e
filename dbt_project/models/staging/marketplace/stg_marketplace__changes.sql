{{ config(enabled=('marketplace' in var('sources'))) }}

-- Orders and refunds of which a version began or ended since the slot's last complete build: increments make them anew.
select
  'ORDER' as entity,
  {{ foreign_id('marketplace/order', 'order_no') }} as entity_id,
  case when customer_no is not null then {{ foreign_id('marketplace/customer', 'customer_no') }} end as user_id,
  {{ utc_date('placed_at') }} as day
from {{ changed_until_cut(source('marketplace', 'marketplace__orders')) }} as versions
union distinct
select 'ORDER', {{ foreign_id('marketplace/order', 'lines.order_no') }}, case when orders.customer_no is not null then {{ foreign_id('marketplace/customer', 'orders.customer_no') }} end, {{ utc_date('orders.placed_at') }}
from {{ changed_until_cut(source('marketplace', 'marketplace__order_lines')) }} as lines
left join {{ as_of_cut(source('marketplace', 'marketplace__orders')) }} as orders on orders.order_no = lines.order_no
union distinct
select 'REFUND', {{ foreign_id('marketplace/refund', 'refund_no') }}, cast(null as {{ type_id() }}), {{ utc_date('refunded_at') }}
from {{ changed_until_cut(source('marketplace', 'marketplace__refunds')) }} as versions
-- a refund has customer and country from its order, which may come in a later file
union distinct
select 'REFUND', {{ foreign_id('marketplace/refund', 'refunds.refund_no') }}, cast(null as {{ type_id() }}), {{ utc_date('refunds.refunded_at') }}
from {{ changed_until_cut(source('marketplace', 'marketplace__orders')) }} as versions
join {{ as_of_cut(source('marketplace', 'marketplace__refunds')) }} as refunds on refunds.order_no = versions.order_no
