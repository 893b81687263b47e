{{ config(indexes=[{'columns': ['user_id'], 'unique': True}]) }}

with orders as (

  select
    user_id,
    min(placed_at) as first_order_at,
    max(placed_at) as last_order_at,
    count(*) as orders
  from {{ ref('fct_orders') }}
  where user_id is not null
  group by user_id

),

-- Money in the currency of most orders: amounts of several currencies are never added.
spent as (

  select
    user_id,
    currency,
    sum(revenue) as revenue,
    sum(refunds) as refunds,
    row_number() over (partition by user_id order by sum(orders) desc, sum(revenue) desc, currency) as place
  from {{ ref('agg_customer_monthly') }}
  group by user_id, currency

),

-- The latest answer of each purpose holds; who was never asked has not agreed.
consents as (

  select
    user_id,
    max(case when purpose = 'MARKETING_EMAIL' and is_granted then 1 else 0 end) = 1 as agrees_to_marketing,
    max(case when purpose = 'PERSONALISATION' and is_granted then 1 else 0 end) = 1 as agrees_to_personalisation,
    max(case when purpose = 'ANALYTICS' and is_granted then 1 else 0 end) = 1 as agrees_to_analytics
  from {{ first_row(ref('stg_shop__consents'), 'user_id, purpose', 'consent_id desc', ['user_id', 'purpose', 'is_granted']) }} as latest
  group by user_id

),

sessions as (

  select user_id, count(*) as sessions
  from {{ ref('stg_shop__sessions') }}
  group by user_id

),

reviews as (

  select user_id, count(*) as review_count
  from {{ ref('stg_shop__reviews') }}
  group by user_id

),

wishes as (

  select wishlists.user_id, count(*) as wishlist_size
  from {{ ref('stg_shop__wishlist_items') }} as items
  inner join {{ ref('stg_shop__wishlists') }} as wishlists on wishlists.wishlist_id = items.wishlist_id
  group by wishlists.user_id

),

addresses as (

  select user_id, country_label, country_code
  from {{ first_row(
    ref('stg_shop__addresses'), 'user_id', 'case when is_default then 0 else 1 end, created_at desc, address_id desc',
    ['user_id', 'country_label', 'country_code']
  ) }} as firsts

),

-- What the shop's orders call countries. An address may call its own anything, and then it is no country but somebody's words.
known_countries as (

  select distinct country
  from {{ ref('fct_orders') }}

),

located as (

  select
    users.user_id,
    users.email_sha256,
    users.is_email_verified,
    users.registered_at,
    case when addresses.user_id is null then users.country_code else addresses.country_code end as country_code,
    known_countries.country as country_label
  from {{ every_shop('users') }} as users
  left join addresses on addresses.user_id = users.user_id
  left join known_countries on known_countries.country = trim(addresses.country_label)

)

select
  located.user_id,
  located.email_sha256,
  located.is_email_verified,
  located.country_code,
  coalesce(located.country_label, countries.name, 'Unspecified') as country,
  located.registered_at,
  orders.first_order_at,
  orders.last_order_at,
  coalesce(orders.orders, 0) as orders,
  main.currency,
  coalesce(main.revenue, 0) as revenue,
  coalesce(main.refunds, 0) as refunds,
  coalesce(consents.agrees_to_marketing, false) as agrees_to_marketing,
  coalesce(consents.agrees_to_personalisation, false) as agrees_to_personalisation,
  coalesce(consents.agrees_to_analytics, false) as agrees_to_analytics,
  coalesce(sessions.sessions, 0) as sessions,
  coalesce(wishes.wishlist_size, 0) as wishlist_size,
  coalesce(reviews.review_count, 0) as review_count
from located
left join {{ ref('countries') }} as countries on countries.code = located.country_code
left join orders on orders.user_id = located.user_id
left join spent as main on main.user_id = located.user_id and main.place = 1
left join consents on consents.user_id = located.user_id
left join sessions on sessions.user_id = located.user_id
left join reviews on reviews.user_id = located.user_id
left join wishes on wishes.user_id = located.user_id
