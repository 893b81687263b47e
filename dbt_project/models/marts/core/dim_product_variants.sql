{{ config(indexes=[{'columns': ['variant_id'], 'unique': True}, {'columns': ['product_id']}]) }}

with current_prices as (

  select variant_id, unit_price, compare_at_price, currency
  from {{ first_row(
    ref('stg_shop__prices'), 'variant_id', 'valid_from desc, currency', ['variant_id', 'unit_price', 'compare_at_price', 'currency'],
    where='price_list_id is null and valid_from <= ' ~ business_as_of() ~ ' and (valid_to is null or valid_to > ' ~ business_as_of() ~ ')'
  ) }} as firsts

),

options as (

  select variant_id, count(*) as options
  from {{ ref('stg_shop__variant_options') }}
  group by variant_id

)

select
  variants.variant_id,
  variants.product_id,
  variants.sku,
  variants.name as variant,
  products.name as product,
  products.status,
  variants.created_at,
  current_prices.unit_price,
  current_prices.compare_at_price,
  current_prices.currency,
  coalesce(options.options, 0) as options,
  levels.on_hand,
  levels.reserved,
  levels.on_hand - levels.reserved as available,
  levels.low_stock_threshold,
  coalesce(levels.on_hand - levels.reserved < levels.low_stock_threshold, false) as is_low_stock
from {{ every_shop('variants') }} as variants
inner join {{ every_shop('products') }} as products on products.product_id = variants.product_id
left join current_prices on current_prices.variant_id = variants.variant_id
left join options on options.variant_id = variants.variant_id
left join {{ ref('stg_shop__stock_levels') }} as levels on levels.variant_id = variants.variant_id
