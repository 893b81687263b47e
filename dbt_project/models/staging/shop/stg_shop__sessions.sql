select
  id as session_id,
  user_id,
  created_at as opened_at,
  revoked_at as ended_at
from {{ as_of_cut(source('shop', 'users__sessions')) }} as latest
