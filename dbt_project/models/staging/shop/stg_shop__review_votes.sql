select
  review_id,
  user_id,
  voted_at
from {{ as_of_cut(source('shop', 'catalog__review_votes')) }} as latest
