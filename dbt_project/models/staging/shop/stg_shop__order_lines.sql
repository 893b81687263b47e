select
  id as line_id,
  order_id,
  position,
  variant_id,
  product_id,
  sku,
  name,
  quantity,
  {{ amount('quantity * unit_amount', 'exponent') }} as amount,
  vendor_id,
  discount_units,
  tax_units,
  tax_included_units
from {{ as_of_cut(source('shop', 'orders__order_lines')) }} as latest
