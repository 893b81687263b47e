{{ config(indexes=[{'columns': ['category_id'], 'unique': True}, {'columns': ['parent_id']}]) }}

-- Ten steps at most: a circle, which the shop refuses, must not keep a build from ending.
with recursive walked as (

  select category_id, category_id as root_id, name as root, name as path, 1 as level
  from {{ ref('stg_shop__categories') }}
  where parent_id is null
  union all
  select categories.category_id, walked.root_id, walked.root, walked.path || ' > ' || categories.name, walked.level + 1
  from {{ ref('stg_shop__categories') }} as categories
  inner join walked on walked.category_id = categories.parent_id
  where walked.level < 10

),

products as (

  select category_id, count(*) as products
  from {{ ref('stg_shop__products') }}
  where category_id is not null
  group by category_id

),

parents as (

  select distinct parent_id
  from {{ ref('stg_shop__categories') }}
  where parent_id is not null

)

select
  categories.category_id,
  categories.slug,
  categories.name,
  categories.parent_id,
  walked.path,
  walked.level,
  walked.root_id,
  walked.root,
  coalesce(products.products, 0) as products,
  parents.parent_id is null as is_leaf
from {{ ref('stg_shop__categories') }} as categories
inner join walked on walked.category_id = categories.category_id
left join products on products.category_id = categories.category_id
left join parents on parents.parent_id = categories.category_id
