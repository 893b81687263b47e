{{ config(enabled=('marketplace' in var('sources'))) }}

select
  {{ foreign_id('marketplace/article', 'article_no') }} as product_id,
  concat('marketplace-', lower(article_no)) as slug,
  title as name,
  case when is_active then 'ACTIVE' else 'ARCHIVED' end as status,
  cast(null as {{ type_id() }}) as vendor_id,
  cast(null as {{ type_id() }}) as category_id,
  cast(null as {{ type_id() }}) as brand_id,
  category as product_type,
  cast(null as {{ type_instant() }}) as published_at
from {{ as_of_cut(source('marketplace', 'marketplace__articles')) }} as latest
