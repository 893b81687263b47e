select
  variant_id,
  attribute_id,
  option_id
from {{ as_of_cut(source('shop', 'catalog__variant_options')) }} as latest
