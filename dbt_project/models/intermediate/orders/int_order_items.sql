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
  amount,
  cast(null as {{ dbt.type_string() }}) as charge_kind,
  vendor_id,
  discount_units,
  tax_units,
  tax_included_units
from {{ every_shop('order_lines') }} as lines
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
  amount,
  kind as charge_kind,
  cast(null as {{ type_id() }}) as vendor_id,
  cast(0 as {{ type_count() }}) as discount_units,
  cast(0 as {{ type_count() }}) as tax_units,
  cast(0 as {{ type_count() }}) as tax_included_units
from {{ every_shop('order_charges') }} as charges
