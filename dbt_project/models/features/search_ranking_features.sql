{{ config(indexes=[{'columns': ['event_id', 'searched_at', 'product_id'], 'unique': True}]) }}

-- Searches of the ninety-one days before the business day and the products that were looked at after them. Counts end with the day before
-- the search: what happened on its own day is not known to it.
with events as (

  select *
  from {{ ref('fct_page_events') }}
  where event_date >= {{ add_days(business_date(), -91) }} and event_date < {{ business_date() }}

),

spans as (

  select
    events.*,
    sum(case when type = 'SEARCH' then 1 else 0 end) over (partition by visit_id, session_number order by event_number) as search_number
  from events

),

searches as (

  select event_id, occurred_at, event_date, visit_id, session_number, search_number, query_hash, results
  from spans
  where type = 'SEARCH' and query_hash is not null

),

-- What was done with a product after a search, on the same day: the best of it is the grade. What came after midnight is known a day later
-- than the row says.
answers as (

  select
    visit_id,
    session_number,
    search_number,
    event_date,
    product_id,
    min(case when type = 'VIEW' then position end) as position,
    max(case when type = 'ADD_TO_CART' then 1 else 0 end) as carted
  from spans
  where search_number > 0 and product_id is not null and (type = 'VIEW' or type = 'ADD_TO_CART')
  group by visit_id, session_number, search_number, event_date, product_id

),

bought as (

  select visit_id, session_number, event_date, max(search_number) as search_number
  from spans
  where type = 'PURCHASE'
  group by visit_id, session_number, event_date

),

graded as (

  select
    searches.event_id,
    searches.occurred_at,
    searches.event_date,
    searches.query_hash,
    searches.results,
    answers.product_id,
    answers.position,
    case when answers.carted = 1 and bought.search_number is not null then 3 when answers.carted = 1 then 2 else 1 end as grade
  from searches
  inner join answers
    on answers.visit_id = searches.visit_id
    and answers.session_number = searches.session_number
    and answers.search_number = searches.search_number
    and answers.event_date = searches.event_date
  left join bought
    on bought.visit_id = searches.visit_id
    and bought.session_number = searches.session_number
    and bought.event_date = searches.event_date
    and bought.search_number >= searches.search_number

),

product_days as (

  select
    product_id,
    event_date,
    sum(case when type = 'VIEW' then 1 else 0 end) as views,
    sum(case when type = 'ADD_TO_CART' then 1 else 0 end) as carts
  from events
  where product_id is not null
  group by product_id, event_date

),

product_history as (

  select
    product_id,
    event_date,
    coalesce(sum(views) over earlier, 0) as earlier_views,
    coalesce(sum(carts) over earlier, 0) as earlier_carts
  from product_days
  window earlier as (partition by product_id order by event_date rows between unbounded preceding and 1 preceding)

),

query_days as (

  select query_hash, product_id, event_date, count(*) as clicks
  from graded
  group by query_hash, product_id, event_date

),

query_history as (

  select
    query_hash,
    product_id,
    event_date,
    coalesce(sum(clicks) over (partition by query_hash, product_id order by event_date rows between unbounded preceding and 1 preceding), 0) as earlier_clicks
  from query_days

)

select
  graded.event_id,
  graded.occurred_at as searched_at,
  graded.product_id,
  graded.query_hash,
  {{ day_start('graded.event_date') }} as features_available_ts,
  {{ day_start(add_days('graded.event_date', 1)) }} as available_ts,
  graded.results,
  graded.position,
  cast(query_history.earlier_clicks as {{ type_count() }}) as earlier_query_clicks,
  cast(product_history.earlier_views as {{ type_count() }}) as earlier_views,
  cast(product_history.earlier_carts as {{ type_count() }}) as earlier_carts,
  {{ safe_ratio('product_history.earlier_carts', 'product_history.earlier_views') }} as earlier_cart_share,
  graded.grade
from graded
inner join product_history on product_history.product_id = graded.product_id and product_history.event_date = graded.event_date
inner join query_history
  on query_history.query_hash = graded.query_hash
  and query_history.product_id = graded.product_id
  and query_history.event_date = graded.event_date
