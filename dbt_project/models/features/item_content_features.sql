{{ config(indexes=[{'columns': ['product_id'], 'unique': True}]) }}

select
  products.product_id,
  {{ business_as_of() }} as available_ts,
  products.name as product_name,
  products.category,
  products.category_path,
  products.brand,
  products.product_type,
  products.vendor_id,
  products.status = 'ACTIVE' as is_active,
  products.currency,
  products.unit_price,
  {{ safe_ratio(
    'products.unit_price',
    'avg(products.unit_price) over (partition by products.category, products.currency)', 4
  ) }} as price_in_category,
  products.pictures,
  products.rating_average,
  products.review_count,
  products.wishlist_count,
  {{ diff_days(utc_date('products.published_at'), business_date()) }} as days_published
from {{ ref('dim_products') }} as products
