{{ config(materialized='table', indexes=[]) }}

-- The touches of an order: those of its person, and those of the visit in which it was bought, in the thirty days up to it.
with buying_visits as (

  select distinct order_id, visit_id
  from {{ ref('fct_page_events') }}
  where type = 'PURCHASE' and order_id is not null

),

pairs as (

  select orders.order_id, touches.visit_id, touches.session_number
  from {{ ref('fct_orders') }} as orders
  inner join {{ ref('fct_touches') }} as touches on touches.user_id = orders.user_id
  where touches.touched_at <= orders.placed_at and touches.touched_at >= {{ instant_add_days('orders.placed_at', -30) }}
  union distinct
  select orders.order_id, touches.visit_id, touches.session_number
  from buying_visits
  inner join {{ ref('fct_orders') }} as orders on orders.order_id = buying_visits.order_id
  inner join {{ ref('fct_touches') }} as touches on touches.visit_id = buying_visits.visit_id
  where touches.touched_at <= orders.placed_at and touches.touched_at >= {{ instant_add_days('orders.placed_at', -30) }}

)

select
  pairs.order_id,
  pairs.visit_id,
  pairs.session_number,
  row_number() over (partition by pairs.order_id order by touches.touched_at, pairs.visit_id, pairs.session_number) as touch_number,
  count(*) over (partition by pairs.order_id) as touches,
  touches.touched_at,
  touches.channel,
  {{ diff_days('touches.touch_date', 'orders.placed_date') }} as days_before,
  orders.user_id,
  orders.placed_at,
  orders.placed_date,
  orders.currency,
  orders.revenue
from pairs
inner join {{ ref('fct_touches') }} as touches on touches.visit_id = pairs.visit_id and touches.session_number = pairs.session_number
inner join {{ ref('fct_orders') }} as orders on orders.order_id = pairs.order_id
