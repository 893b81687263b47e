{{ config(indexes=[{'columns': ['cart_id'], 'unique': True}, {'columns': ['abandoned_date']}]) }}

with abandoned as (

  select *
  from {{ ref('fct_carts') }}
  where lines > 0
    and (state = 'EXPIRED' or (state = 'OPEN' and {{ hours_between('updated_at', business_as_of()) }} >= 24))

),

recovered as (

  select distinct abandoned.cart_id
  from abandoned
  inner join {{ ref('fct_orders') }} as orders on orders.user_id = abandoned.user_id
  where orders.placed_at > abandoned.updated_at
    and {{ hours_between('abandoned.updated_at', 'orders.placed_at') }} <= 168

)

select
  abandoned.cart_id,
  abandoned.user_id,
  abandoned.customer_type,
  abandoned.currency,
  case when abandoned.reached_checkout then 'CHECKOUT' else 'CART' end as stage,
  abandoned.updated_at as abandoned_at,
  {{ utc_date('abandoned.updated_at') }} as abandoned_date,
  abandoned.units,
  abandoned.amount,
  recovered.cart_id is not null as is_recovered
from abandoned
left join recovered on recovered.cart_id = abandoned.cart_id
