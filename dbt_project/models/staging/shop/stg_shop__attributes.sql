select
  id as attribute_id,
  code,
  name,
  type,
  unit,
  is_filterable,
  is_variant_option
from {{ as_of_cut(source('shop', 'catalog__attributes')) }} as latest
