select
  line_id,
  order_id,
  'PRODUCT' as line_kind,
  product_id,
  variant_id,
  sku as code,
  name,
  quantity,
  quantity as units_sold,
  amount
from {{ ref('stg_shop__order_lines') }}
union all
select
  charge_id as line_id,
  order_id,
  'CHARGE' as line_kind,
  cast(null as {{ type_id() }}) as product_id,
  cast(null as {{ type_id() }}) as variant_id,
  code,
  name,
  quantity,
  cast(0 as {{ type_count() }}) as units_sold,
  amount
from {{ ref('stg_shop__order_charges') }}
