{{ config(indexes=[{'columns': ['promotion_id'], 'unique': True}]) }}

with used as (

  select promotion_id, count(distinct order_id) as orders, sum(amount) as discounts
  from {{ ref('fct_discounts') }}
  where promotion_id is not null
  group by promotion_id

),

-- What checkouts held and let go again, because they came to nothing.
held as (

  select promotion_id, count(*) as released
  from {{ ref('stg_shop__promotion_redemptions') }}
  where state = 'RELEASED'
  group by promotion_id

)

select
  promotions.promotion_id,
  promotions.name,
  promotions.label,
  promotions.kind,
  promotions.needs_code,
  promotions.customers,
  promotions.starts_at,
  promotions.ends_at,
  promotions.is_active,
  promotions.is_demo,
  coalesce(used.orders, 0) as orders,
  coalesce(used.discounts, 0) as discounts,
  coalesce(held.released, 0) as released_redemptions
from {{ ref('stg_shop__promotions') }} as promotions
left join used on used.promotion_id = promotions.promotion_id
left join held on held.promotion_id = promotions.promotion_id
