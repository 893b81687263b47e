{{ config(indexes=[{'columns': ['product_id', 'valid_from'], 'unique': True}]) }}

{{ history_of(
  source('shop', 'catalog__products'), 'id', 'product_id',
  {
    'slug': 'slug',
    'name': 'name',
    'status': 'status',
    'vendor_id': 'vendor_id',
    'category_id': 'category_id',
    'brand_id': 'brand_id',
    'product_type': 'product_type',
  },
  born='created_at'
) }}
