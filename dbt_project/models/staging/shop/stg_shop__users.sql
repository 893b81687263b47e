select
  id as user_id,
  {{ hash_pii('email') }} as email_sha256,
  country_code,
  external_ref,
  status,
  email_verified_at is not null as is_email_verified,
  created_at as registered_at
from {{ as_of_cut(source('shop', 'users__users')) }} as latest
-- who was erased is nobody's customer while the shop still keeps an empty shell of the account
where status <> 'ERASED'
