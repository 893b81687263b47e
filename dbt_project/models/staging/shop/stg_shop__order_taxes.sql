select
  id as tax_id,
  order_id,
  position,
  line_position,
  name,
  {{ from_basis_points('rate_bps') }} as rate,
  is_included,
  {{ amount('base_units', 'exponent') }} as base,
  {{ amount('tax_units', 'exponent') }} as tax
from {{ as_of_cut(source('shop', 'orders__order_taxes')) }} as latest
