{{ config(
  indexes=[
    {'columns': ['payment_id'], 'unique': True},
    {'columns': ['order_id']},
    {'columns': ['paid_date']},
  ],
) }}

select
  payments.payment_id,
  payments.order_id,
  payments.provider,
  payments.method,
  payments.state,
  orders.customer_type,
  orders.country,
  payments.currency,
  payments.paid_at,
  {{ utc_date('payments.paid_at') }} as paid_date,
  coalesce(payments.authorized, payments.amount) as authorized,
  payments.amount as captured,
  payments.refunded,
  payments.is_synthetic
from {{ ref('stg_shop__payments') }} as payments
inner join {{ ref('int_orders_located') }} as orders on orders.order_id = payments.order_id
