{{ config(indexes=[{'columns': ['order_id'], 'unique': True}]) }}

-- Known when the order was placed: orders of the same account up to a second before it, refunds given before it. Guests have no history.
with orders as (

  select
    orders.order_id,
    orders.user_id,
    coalesce(orders.user_id, orders.order_id) as person_id,
    orders.placed_at,
    orders.placed_date,
    orders.country,
    orders.currency,
    orders.revenue,
    orders.units_sold,
    orders.lines,
    orders.discounts,
    orders.shipping,
    {{ seconds_between("cast('1970-01-01 00:00:00+00' as " ~ type_instant() ~ ")", 'orders.placed_at') }} as placed_second
  from {{ ref('fct_orders') }} as orders

),

earlier as (

  select
    orders.*,
    count(*) over before_it as earlier_orders,
    count(*) over (partition by person_id, country order by placed_second range between unbounded preceding and 1 preceding) as earlier_orders_to_country,
    count(*) over (partition by person_id, currency order by placed_second range between unbounded preceding and 1 preceding) as earlier_orders_in_currency,
    sum(revenue) over (partition by person_id, currency order by placed_second range between unbounded preceding and 1 preceding) as earlier_revenue,
    count(*) over (partition by person_id order by placed_second range between 86400 preceding and 1 preceding) as orders_24h,
    count(*) over (partition by person_id order by placed_second range between 604800 preceding and 1 preceding) as orders_7d,
    placed_second - max(placed_second) over before_it as seconds_since_order
  from orders
  window before_it as (partition by person_id order by placed_second range between unbounded preceding and 1 preceding)

),

given_back as (

  select user_id, order_id, refund_id, min(refunded_at) as refunded_at, sum(amount) as amount
  from {{ ref('fct_refunds') }}
  group by user_id, order_id, refund_id

),

earlier_refunds as (

  select orders.order_id, count(*) as refunds
  from orders
  inner join given_back on given_back.user_id = orders.user_id and given_back.refunded_at < orders.placed_at
  group by orders.order_id

),

-- What came of it, for training alone: known ninety days later.
later_refunds as (

  select orders.order_id, sum(given_back.amount) as amount
  from orders
  inner join given_back on given_back.order_id = orders.order_id
  where given_back.refunded_at < {{ instant_add_days('orders.placed_at', 90) }}
  group by orders.order_id

),

disputes as (

  select payments.order_id, min(disputes.opened_at) as opened_at
  from {{ ref('stg_shop__payment_disputes') }} as disputes
  inner join {{ ref('fct_payments') }} as payments on payments.payment_id = disputes.payment_id
  group by payments.order_id

)

select
  earlier.order_id,
  earlier.user_id,
  earlier.placed_at,
  earlier.placed_at as available_ts,
  earlier.user_id is null as is_guest,
  earlier.currency,
  earlier.revenue,
  earlier.units_sold,
  earlier.lines,
  {{ safe_ratio('earlier.discounts', 'earlier.revenue') }} as discount_share,
  earlier.shipping,
  {{ utc_hour('earlier.placed_at') }} as hour_of_day,
  {{ date_part('isodow', 'earlier.placed_date') }} as day_of_week,
  {{ hours_between('customers.registered_at', 'earlier.placed_at') }} as account_age_hours,
  earlier.earlier_orders,
  earlier.earlier_orders > 0 and earlier.earlier_orders_to_country = 0 as is_new_country,
  earlier.orders_24h,
  earlier.orders_7d,
  earlier.seconds_since_order,
  {{ safe_ratio('(earlier.revenue * earlier.earlier_orders_in_currency)', 'earlier.earlier_revenue', 4) }} as times_usual_order,
  coalesce(earlier_refunds.refunds, 0) as earlier_refunds,
  {{ instant_add_days('earlier.placed_at', 90) }} as label_available_ts,
  case
    when {{ instant_add_days('earlier.placed_at', 90) }} <= {{ business_as_of() }}
      then coalesce(disputes.opened_at < {{ instant_add_days('earlier.placed_at', 90) }}, false)
  end as was_disputed,
  case
    when {{ instant_add_days('earlier.placed_at', 90) }} <= {{ business_as_of() }}
      then {{ safe_ratio('coalesce(later_refunds.amount, 0)', 'earlier.revenue') }}
  end as refunded_share
from earlier
left join {{ ref('dim_customers') }} as customers on customers.user_id = earlier.user_id
left join earlier_refunds on earlier_refunds.order_id = earlier.order_id
left join later_refunds on later_refunds.order_id = earlier.order_id
left join disputes on disputes.order_id = earlier.order_id
