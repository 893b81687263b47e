{{ config(
  indexes=[
    {'columns': ['vendor_order_id'], 'unique': True},
    {'columns': ['vendor_id', 'placed_date']},
  ],
) }}

select
  parts.vendor_order_id,
  parts.order_id,
  parts.vendor_id,
  vendors.name as vendor,
  parts.number,
  orders.state as order_state,
  orders.customer_type,
  orders.country,
  parts.currency,
  orders.placed_at,
  orders.placed_date,
  parts.gross,
  parts.discount,
  parts.tax_included,
  parts.net,
  parts.commission_rate,
  parts.commission,
  parts.share,
  parts.refunded_net,
  parts.reversed
from {{ ref('stg_shop__vendor_orders') }} as parts
inner join {{ ref('int_orders_located') }} as orders on orders.order_id = parts.order_id
inner join {{ ref('stg_shop__vendors') }} as vendors on vendors.vendor_id = parts.vendor_id
