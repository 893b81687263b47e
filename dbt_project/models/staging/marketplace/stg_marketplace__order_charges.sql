{{ config(enabled=('marketplace' in var('sources'))) }}

select
  {{ foreign_id('marketplace/postage', 'order_no') }} as charge_id,
  {{ foreign_id('marketplace/order', 'order_no') }} as order_id,
  'SHIPPING' as kind,
  'SHIPPING' as code,
  'Postage' as name,
  cast(1 as {{ type_count() }}) as quantity,
  shipping as amount
from {{ as_of_cut(source('marketplace', 'marketplace__orders')) }} as latest
where shipping > 0
