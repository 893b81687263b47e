{{ config(enabled=('marketplace' in var('sources'))) }}

select
  {{ foreign_id('marketplace/refund', 'refunds.refund_no') }} as refund_id,
  case when orders.order_no is not null then {{ foreign_id('marketplace/order', 'orders.order_no') }} end as order_id,
  case when orders.customer_no is not null then {{ foreign_id('marketplace/customer', 'orders.customer_no') }} end as user_id,
  case when orders.customer_no is null then 'GUEST' else 'REGISTERED' end as customer_type,
  case when orders.order_no is null then 'NONE' else 'REFERENCED' end as match_quality,
  refunds.currency,
  orders.country_code,
  cast(null as {{ dbt.type_string() }}) as country_label,
  refunds.refunded_at
from {{ as_of_cut(source('marketplace', 'marketplace__refunds')) }} as refunds
left join {{ as_of_cut(source('marketplace', 'marketplace__orders')) }} as orders on orders.order_no = refunds.order_no
