{{ config(enabled=('marketplace' in var('sources'))) }}

select
  {{ foreign_id('marketplace/variant', 'article_no') }} as variant_id,
  {{ foreign_id('marketplace/article', 'article_no') }} as product_id,
  article_no as sku,
  title as name,
  _committed_at as created_at
from {{ as_of_cut(source('marketplace', 'marketplace__articles')) }} as latest
