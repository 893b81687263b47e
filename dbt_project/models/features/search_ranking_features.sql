{{ config(indexes=[{'columns': ['event_id', 'searched_at', 'product_id'], 'unique': True}]) }}
{% set day_number = diff_days("cast('2000-01-01' as date)", 'event_date') %}
{% set span = 'over (partition by visit_id, session_number, search_number order by event_number)' %}

-- Searches of the ninety-one days before the business day and the products that were looked at after them. Counts end with the day before
-- the search: what happened on its own day is not known to it. Windows and no joins: nobody knows beforehand how many rows there are.
with events as (

  select
    events.*,
    {{ day_number }} as day_number,
    sum(case when type = 'SEARCH' then 1 else 0 end) over (partition by visit_id, session_number order by event_number) as search_number
  from {{ ref('fct_page_events') }} as events
  where event_date >= {{ add_days(business_date(), -91) }} and event_date < {{ business_date() }}

),

-- A search is the first event of its span.
spans as (

  select
    events.*,
    first_value(event_id) {{ span }} as search_event_id,
    first_value(occurred_at) {{ span }} as searched_at,
    first_value(event_date) {{ span }} as search_date,
    first_value(query_hash) {{ span }} as search_hash,
    first_value(results) {{ span }} as search_results,
    max(case when type = 'PURCHASE' then search_number end) over (partition by visit_id, session_number, event_date) as bought_number,
    coalesce(sum(case when type = 'VIEW' then 1 else 0 end) over earlier, 0) as earlier_views,
    coalesce(sum(case when type = 'ADD_TO_CART' then 1 else 0 end) over earlier, 0) as earlier_carts
  from events
  window earlier as (partition by product_id order by day_number range between unbounded preceding and 1 preceding)

),

-- What was done with a product after a search, on the same day: the best of it is the grade. What came after midnight is known a day later
-- than the row says.
graded as (

  select
    search_event_id as event_id,
    searched_at,
    search_date,
    search_hash as query_hash,
    search_results as results,
    product_id,
    min(day_number) as day_number,
    min(case when type = 'VIEW' then position end) as position,
    min(earlier_views) as earlier_views,
    min(earlier_carts) as earlier_carts,
    max(case when type = 'ADD_TO_CART' and bought_number >= search_number then 3 when type = 'ADD_TO_CART' then 2 else 1 end) as grade
  from spans
  where search_number > 0
    and product_id is not null
    and (type = 'VIEW' or type = 'ADD_TO_CART')
    and search_hash is not null
    and event_date = search_date
  group by search_event_id, searched_at, search_date, search_hash, search_results, product_id

)

select
  event_id,
  searched_at,
  product_id,
  query_hash,
  {{ day_start('search_date') }} as features_available_ts,
  {{ day_start(add_days('search_date', 1)) }} as available_ts,
  results,
  position,
  count(*) over (partition by query_hash, product_id order by day_number range between unbounded preceding and 1 preceding) as earlier_query_clicks,
  cast(earlier_views as {{ type_count() }}) as earlier_views,
  cast(earlier_carts as {{ type_count() }}) as earlier_carts,
  {{ safe_ratio('earlier_carts', 'earlier_views') }} as earlier_cart_share,
  grade
from graded
