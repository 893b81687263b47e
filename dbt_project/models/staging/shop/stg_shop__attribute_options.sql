select
  id as option_id,
  attribute_id,
  code,
  label
from {{ as_of_cut(source('shop', 'catalog__attribute_options')) }} as latest
