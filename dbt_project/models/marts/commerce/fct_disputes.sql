{{ config(indexes=[{'columns': ['dispute_id'], 'unique': True}, {'columns': ['order_id']}]) }}

select
  disputes.dispute_id,
  disputes.payment_id,
  payments.order_id,
  disputes.provider,
  disputes.state,
  orders.customer_type,
  orders.country,
  disputes.currency,
  disputes.amount,
  disputes.opened_at,
  {{ utc_date('disputes.opened_at') }} as opened_date,
  disputes.closed_at,
  {{ hours_between('disputes.opened_at', 'disputes.closed_at') }} as hours_open
from {{ ref('stg_shop__payment_disputes') }} as disputes
inner join {{ ref('stg_shop__payments') }} as payments on payments.payment_id = disputes.payment_id
inner join {{ ref('int_orders_located') }} as orders on orders.order_id = payments.order_id
