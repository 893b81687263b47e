select
  id as warehouse_id,
  code,
  name,
  country_code,
  is_default
from {{ as_of_cut(source('shop', 'catalog__warehouses')) }} as latest
