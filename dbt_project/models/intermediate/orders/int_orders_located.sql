select
  orders.order_id,
  orders.number,
  orders.user_id,
  orders.customer_type,
  orders.state,
  orders.country_code,
  coalesce(nullif(trim(orders.country_label), ''), countries.name, 'Unspecified') as country,
  orders.currency,
  orders.placed_at,
  {{ utc_date('orders.placed_at') }} as placed_date,
  orders.total,
  orders.currency_exponent,
  orders.discounts,
  orders.tax,
  orders.tax_included
from {{ every_shop('orders') }} as orders
left join {{ ref('countries') }} as countries on countries.code = orders.country_code
