select
  id as vendor_order_id,
  order_id,
  vendor_id,
  number,
  currency,
  {{ from_basis_points('commission_bps') }} as commission_rate,
  {{ amount('gross_units', 'exponent') }} as gross,
  {{ amount('discount_units', 'exponent') }} as discount,
  {{ amount('tax_included_units', 'exponent') }} as tax_included,
  {{ amount('gross_units - discount_units - tax_included_units', 'exponent') }} as net,
  {{ amount('commission_units', 'exponent') }} as commission,
  {{ amount('gross_units - discount_units - tax_included_units - commission_units', 'exponent') }} as share,
  {{ amount('refunded_net_units', 'exponent') }} as refunded_net,
  {{ amount('reversed_units', 'exponent') }} as reversed,
  placed_at
from {{ as_of_cut(source('shop', 'orders__vendor_orders')) }} as latest
