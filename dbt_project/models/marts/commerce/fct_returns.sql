{{ config(
  indexes=[
    {'columns': ['return_id', 'order_line_id'], 'unique': True},
    {'columns': ['requested_date']},
    {'columns': ['product_id']},
  ],
) }}

select
  returns.return_id,
  lines.order_line_id,
  returns.order_id,
  items.product_id,
  items.vendor_id,
  returns.state,
  case when returns.exchange_variant_id is null then false else true end as is_exchange,
  returns.is_restocked,
  orders.customer_type,
  orders.country,
  returns.requested_at,
  {{ utc_date('returns.requested_at') }} as requested_date,
  returns.received_at,
  lines.quantity
from {{ ref('stg_shop__return_lines') }} as lines
inner join {{ ref('stg_shop__returns') }} as returns on returns.return_id = lines.return_id
inner join {{ ref('int_order_items') }} as items on items.line_id = lines.order_line_id
inner join {{ ref('int_orders_located') }} as orders on orders.order_id = returns.order_id
