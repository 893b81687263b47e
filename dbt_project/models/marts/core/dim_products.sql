{{ config(indexes=[{'columns': ['product_id'], 'unique': True}, {'columns': ['vendor_id']}]) }}

with first_variants as (

  select product_id, variant_id, sku
  from {{ first_row(ref('stg_shop__variants'), 'product_id', 'created_at, variant_id', ['product_id', 'variant_id', 'sku']) }} as firsts

),

current_prices as (

  select variant_id, unit_price, currency
  from {{ first_row(
    ref('stg_shop__prices'), 'variant_id', 'valid_from desc, currency', ['variant_id', 'unit_price', 'currency'],
    where='price_list_id is null and valid_from <= ' ~ business_as_of() ~ ' and (valid_to is null or valid_to > ' ~ business_as_of() ~ ')'
  ) }} as firsts

)

select
  products.product_id,
  first_variants.sku,
  products.slug,
  products.name,
  products.status,
  categories.name as category,
  products.vendor_id,
  current_prices.unit_price,
  current_prices.currency
from {{ ref('stg_shop__products') }} as products
left join {{ ref('stg_shop__categories') }} as categories on categories.category_id = products.category_id
left join first_variants on first_variants.product_id = products.product_id
left join current_prices on current_prices.variant_id = first_variants.variant_id
