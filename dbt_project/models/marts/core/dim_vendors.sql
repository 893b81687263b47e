{{ config(indexes=[{'columns': ['vendor_id'], 'unique': True}]) }}

with products as (

  select vendor_id, count(*) as products
  from {{ ref('stg_shop__products') }}
  where vendor_id is not null
  group by vendor_id

),

members as (

  select vendor_id, count(*) as members
  from {{ ref('stg_shop__vendor_members') }}
  group by vendor_id

)

select
  vendors.vendor_id,
  vendors.slug,
  vendors.name,
  vendors.commission_rate,
  coalesce(products.products, 0) as products,
  coalesce(members.members, 0) as members,
  vendors.is_synthetic,
  vendors.created_at
from {{ ref('stg_shop__vendors') }} as vendors
left join products on products.vendor_id = vendors.vendor_id
left join members on members.vendor_id = vendors.vendor_id
