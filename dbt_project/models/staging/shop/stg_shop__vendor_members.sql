select
  vendor_id,
  user_id
from {{ as_of_cut(source('shop', 'users__vendor_members')) }} as latest
