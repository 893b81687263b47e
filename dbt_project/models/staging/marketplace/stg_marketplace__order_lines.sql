{{ config(enabled=('marketplace' in var('sources'))) }}

select
  {{ foreign_id('marketplace/line', "concat(order_no, '/', cast(position as " ~ dbt.type_string() ~ "))") }} as line_id,
  {{ foreign_id('marketplace/order', 'order_no') }} as order_id,
  {{ foreign_id('marketplace/article', 'article_no') }} as product_id,
  {{ foreign_id('marketplace/variant', 'article_no') }} as variant_id,
  article_no as sku,
  article_no as name,
  quantity,
  quantity * unit_price as amount,
  cast(null as {{ type_id() }}) as vendor_id,
  cast(0 as {{ type_count() }}) as discount_units,
  cast(0 as {{ type_count() }}) as tax_units,
  cast(0 as {{ type_count() }}) as tax_included_units
from {{ as_of_cut(source('marketplace', 'marketplace__order_lines')) }} as latest
