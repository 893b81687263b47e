select
  id as consent_id,
  user_id,
  purpose,
  is_granted,
  source,
  decided_at
from {{ as_of_cut(source('shop', 'users__consents')) }} as latest
