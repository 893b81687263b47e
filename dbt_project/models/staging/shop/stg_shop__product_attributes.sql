select
  product_id,
  attribute_id,
  place,
  value_text,
  value_number,
  value_boolean,
  value_date,
  option_id
from {{ as_of_cut(source('shop', 'catalog__product_attributes')) }} as latest
