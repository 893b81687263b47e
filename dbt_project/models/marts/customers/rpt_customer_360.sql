{{ config(indexes=[{'columns': ['user_id'], 'unique': True}]) }}

-- Money in the currency of most orders: amounts of several currencies are never added.
with currencies as (

  select
    user_id,
    currency,
    sum(orders) as orders,
    sum(units_sold) as units_sold,
    sum(revenue) as revenue,
    sum(refunds) as refunds,
    row_number() over (partition by user_id order by sum(orders) desc, sum(revenue) desc, currency) as place
  from {{ ref('agg_customer_monthly') }}
  group by user_id, currency

),

days as (

  select
    user_id,
    min(placed_date) as first_order_date,
    max(placed_date) as last_order_date,
    count(distinct placed_date) as order_days,
    count(*) as orders
  from {{ ref('fct_orders') }}
  where user_id is not null
  group by user_id

),

visits as (

  select
    user_id,
    count(*) as sessions,
    max(session_date) as last_session_date,
    sum(searches) as searches,
    sum(cart_adds) as cart_adds
  from {{ ref('fct_sessions') }}
  where user_id is not null and not is_quarantined
  group by user_id

),

touches as (

  select
    user_id,
    max(case when place = 1 then channel end) as first_channel,
    max(case when places = place then channel end) as last_channel
  from (
    select
      user_id,
      channel,
      row_number() over (partition by user_id order by touch_number) as place,
      count(*) over (partition by user_id) as places
    from {{ ref('fct_touches') }}
    where user_id is not null
  ) as placed
  group by user_id

)

select
  customers.user_id,
  customers.country,
  customers.registered_at,
  days.first_order_date,
  days.last_order_date,
  {{ trunc_date('month', 'days.first_order_date') }} as cohort_month,
  {{ diff_days('days.last_order_date', business_date()) }} as recency_days,
  coalesce(days.orders, 0) as orders,
  coalesce(days.order_days, 0) as order_days,
  {{ safe_ratio(diff_days('days.first_order_date', 'days.last_order_date'), '(days.order_days - 1)', 2) }} as mean_gap_days,
  main.currency,
  cast(coalesce(main.orders, 0) as {{ type_count() }}) as currency_orders,
  cast(coalesce(main.units_sold, 0) as {{ type_count() }}) as units_sold,
  coalesce(main.revenue, 0) as revenue,
  coalesce(main.refunds, 0) as refunds,
  coalesce(main.revenue, 0) - coalesce(main.refunds, 0) as net_revenue,
  {{ safe_ratio('main.revenue', 'main.orders', 4) }} as average_order,
  {{ safe_ratio('main.refunds', 'main.revenue') }} as refund_share,
  rfm.segment,
  rfm.r_score,
  rfm.f_score,
  rfm.m_score,
  touches.first_channel,
  touches.last_channel,
  coalesce(visits.sessions, 0) as sessions,
  visits.last_session_date,
  cast(coalesce(visits.searches, 0) as {{ type_count() }}) as searches,
  cast(coalesce(visits.cart_adds, 0) as {{ type_count() }}) as cart_adds,
  customers.wishlist_size,
  customers.review_count,
  customers.agrees_to_marketing,
  customers.agrees_to_personalisation,
  customers.agrees_to_analytics
from {{ ref('dim_customers') }} as customers
left join days on days.user_id = customers.user_id
left join currencies as main on main.user_id = customers.user_id and main.place = 1
left join visits on visits.user_id = customers.user_id
left join touches on touches.user_id = customers.user_id
left join {{ ref('rpt_customer_rfm') }} as rfm on rfm.user_id = customers.user_id
