{{ config(enabled=('marketplace' in var('sources'))) }}

-- The marketplace gives back sums, not articles.
select
  {{ foreign_id('marketplace/refund_line', 'refund_no') }} as refund_line_id,
  {{ foreign_id('marketplace/refund', 'refund_no') }} as refund_id,
  'CHARGE' as line_kind,
  cast(null as {{ type_id() }}) as product_id,
  'REFUND' as code,
  cast(1 as {{ type_count() }}) as quantity,
  amount
from {{ as_of_cut(source('marketplace', 'marketplace__refunds')) }} as latest
