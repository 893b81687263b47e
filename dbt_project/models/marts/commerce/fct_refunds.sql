{{ config(
  indexes=[
    {'columns': ['refund_line_id'], 'unique': True},
    {'columns': ['refunded_date']},
    {'columns': ['user_id']},
    {'columns': ['product_id', 'refunded_date']},
  ],
) }}

select
  lines.refund_line_id,
  refunds.refund_id,
  refunds.order_id,
  lines.line_kind,
  lines.product_id,
  lines.code,
  refunds.user_id,
  refunds.customer_type,
  refunds.country_code,
  coalesce(nullif(trim(refunds.country_label), ''), countries.name, 'Unspecified') as country,
  refunds.currency,
  refunds.refunded_at,
  {{ utc_date('refunds.refunded_at') }} as refunded_date,
  lines.quantity,
  lines.amount,
  refunds.match_quality
from {{ every_shop('refund_lines') }} as lines
inner join {{ every_shop('refunds') }} as refunds on refunds.refund_id = lines.refund_id
left join {{ ref('countries') }} as countries on countries.code = refunds.country_code
