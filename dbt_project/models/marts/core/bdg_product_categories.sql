{{ config(indexes=[{'columns': ['product_id', 'category_id'], 'unique': True}, {'columns': ['category_id']}]) }}

select
  product_id,
  category_id,
  true as is_main,
  0 as position
from {{ ref('stg_shop__products') }}
where category_id is not null
union all
select
  further.product_id,
  further.category_id,
  false as is_main,
  further.position
from {{ ref('stg_shop__product_categories') }} as further
inner join {{ ref('stg_shop__products') }} as products on products.product_id = further.product_id
where products.category_id is null or products.category_id <> further.category_id
