{{ config(enabled=('marketplace' in var('sources'))) }}

select
  {{ foreign_id('marketplace/customer', 'customer_no') }} as user_id,
  email_sha256,
  country_code,
  false as is_email_verified,
  registered_at
from {{ as_of_cut(source('marketplace', 'marketplace__customers')) }} as latest
