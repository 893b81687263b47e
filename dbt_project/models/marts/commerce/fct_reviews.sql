{{ config(indexes=[{'columns': ['review_id'], 'unique': True}, {'columns': ['product_id']}, {'columns': ['created_date']}]) }}

with votes as (

  select review_id, count(*) as votes
  from {{ ref('stg_shop__review_votes') }}
  group by review_id

)

select
  reviews.review_id,
  reviews.product_id,
  products.vendor_id,
  cast(reviews.rating as integer) as rating,
  reviews.state,
  reviews.is_verified,
  coalesce(votes.votes, 0) as helpful_votes,
  reviews.created_at,
  {{ utc_date('reviews.created_at') }} as created_date,
  reviews.published_at,
  {{ hours_between('reviews.created_at', 'reviews.published_at') }} as hours_to_publish
from {{ ref('stg_shop__reviews') }} as reviews
inner join {{ ref('stg_shop__products') }} as products on products.product_id = reviews.product_id
left join votes on votes.review_id = reviews.review_id
