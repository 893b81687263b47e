{{ config(indexes=[{'columns': ['product_id'], 'unique': True}, {'columns': ['vendor_id']}]) }}

with pictures as (

  select product_id, count(*) as pictures
  from {{ ref('stg_shop__media') }}
  where state = 'READY'
  group by product_id

),

-- What is shown in the shop; reviews that wait or were refused count for nothing.
reviews as (

  select product_id, {{ safe_ratio('sum(rating)', 'count(*)') }} as rating_average, count(*) as review_count
  from {{ ref('stg_shop__reviews') }}
  where state = 'PUBLISHED'
  group by product_id

),

wishes as (

  select items.product_id, count(*) as wishlist_count
  from {{ ref('stg_shop__wishlist_items') }} as items
  inner join {{ ref('stg_shop__wishlists') }} as wishlists on wishlists.wishlist_id = items.wishlist_id
  group by items.product_id

),

first_variants as (

  select product_id, variant_id, sku
  from {{ first_row(every_shop('variants'), 'product_id', 'created_at, variant_id', ['product_id', 'variant_id', 'sku']) }} as firsts

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
  categories.path as category_path,
  brands.name as brand,
  products.product_type,
  products.vendor_id,
  products.category_id,
  current_prices.unit_price,
  current_prices.currency,
  coalesce(pictures.pictures, 0) as pictures,
  products.published_at,
  reviews.rating_average,
  coalesce(reviews.review_count, 0) as review_count,
  coalesce(wishes.wishlist_count, 0) as wishlist_count
from {{ every_shop('products') }} as products
left join {{ ref('dim_categories') }} as categories on categories.category_id = products.category_id
left join {{ ref('stg_shop__brands') }} as brands on brands.brand_id = products.brand_id
left join pictures on pictures.product_id = products.product_id
left join reviews on reviews.product_id = products.product_id
left join wishes on wishes.product_id = products.product_id
left join first_variants on first_variants.product_id = products.product_id
left join current_prices on current_prices.variant_id = first_variants.variant_id
