{{ config(enabled=('marketplace' in var('sources'))) }}

select
  {{ foreign_id('marketplace/order', 'order_no') }} as order_id,
  order_no as number,
  case when customer_no is not null then {{ foreign_id('marketplace/customer', 'customer_no') }} end as user_id,
  case when customer_no is null then 'GUEST' else 'REGISTERED' end as customer_type,
  state,
  currency,
  country_code,
  cast(null as {{ dbt.type_string() }}) as country_label,
  placed_at,
  total,
  2 as currency_exponent,
  cast(0 as {{ type_money() }}) as discounts,
  cast(0 as {{ type_money() }}) as tax,
  cast(0 as {{ type_money() }}) as tax_included
from {{ as_of_cut(source('marketplace', 'marketplace__orders')) }} as latest
