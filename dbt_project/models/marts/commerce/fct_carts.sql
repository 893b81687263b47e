{{ config(indexes=[{'columns': ['cart_id'], 'unique': True}, {'columns': ['created_date']}, {'columns': ['user_id']}]) }}

with contents as (

  select
    cart_id,
    count(*) as lines,
    cast(sum(quantity) as {{ type_count() }}) as units,
    sum(quantity * coalesce(added_price, 0)) as amount
  from {{ ref('stg_shop__cart_lines') }}
  group by cart_id

),

checkouts as (

  select
    cart_id,
    count(*) as checkouts,
    cast(sum(case when state = 'DECLINED' then 1 else 0 end) as {{ type_count() }}) as declined
  from {{ ref('stg_shop__checkouts') }}
  group by cart_id

)

select
  carts.cart_id,
  carts.user_id,
  case when carts.user_id is null then 'GUEST' else 'REGISTERED' end as customer_type,
  carts.state,
  carts.currency,
  carts.country_code,
  carts.created_at,
  {{ utc_date('carts.created_at') }} as created_date,
  carts.updated_at,
  coalesce(contents.lines, 0) as lines,
  coalesce(contents.units, 0) as units,
  coalesce(contents.amount, 0) as amount,
  coalesce(checkouts.checkouts, 0) as checkouts,
  coalesce(checkouts.declined, 0) as declined_checkouts,
  checkouts.cart_id is not null as reached_checkout
from {{ ref('stg_shop__carts') }} as carts
left join contents on contents.cart_id = carts.cart_id
left join checkouts on checkouts.cart_id = carts.cart_id
