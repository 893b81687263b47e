{{ config(indexes=[{'columns': ['search_month', 'query'], 'unique': True}]) }}

-- What somebody types may say who they are: a text is shown where five visits or more have searched for it and nothing in it looks like
-- an address or a number of somebody's. All others are counted together.
with typed as (

  select
    session_id,
    {{ hash_pii('trim(search_text)') }} as query_hash,
    lower(trim(search_text)) as query
  from {{ ref('stg_shop__behaviour_events') }}
  where type = 'SEARCH' and search_text is not null

),

texts as (

  select query_hash, min(query) as query
  from typed
  group by query_hash
  having count(distinct session_id) >= 5

),

shown as (

  select query_hash, query
  from texts
  where not {{ could_name_somebody('query') }} and length(query) >= 2 and length(query) <= 60

),

months as (

  select
    {{ trunc_date('month', 'searches.search_date') }} as search_month,
    coalesce(shown.query, '(other)') as query,
    count(*) as searches,
    count(searches.results) as counted_searches,
    sum(case when searches.is_zero_result then 1 else 0 end) as zero_results,
    sum(case when searches.is_clicked then 1 else 0 end) as clicked,
    sum(case when searches.is_refined then 1 else 0 end) as refined,
    sum(case when searches.led_to_cart then 1 else 0 end) as carted,
    sum(case when searches.led_to_purchase then 1 else 0 end) as purchased,
    count(searches.first_click_position) as counted_positions,
    sum(searches.first_click_position) as positions,
    sum(case when searches.is_synthetic then 1 else 0 end) as synthetic_searches
  from {{ ref('fct_search_queries') }} as searches
  left join shown on shown.query_hash = searches.query_hash
  group by {{ trunc_date('month', 'searches.search_date') }}, coalesce(shown.query, '(other)')

)

select
  search_month,
  query,
  searches,
  counted_searches,
  cast(zero_results as {{ type_count() }}) as zero_results,
  {{ safe_ratio('zero_results', 'counted_searches') }} as zero_result_share,
  cast(clicked as {{ type_count() }}) as clicked,
  {{ safe_ratio('clicked', 'searches') }} as click_share,
  {{ safe_ratio('positions', 'counted_positions') }} as mean_click_position,
  cast(refined as {{ type_count() }}) as refined,
  cast(carted as {{ type_count() }}) as carted,
  cast(purchased as {{ type_count() }}) as purchased,
  {{ safe_ratio('purchased', 'searches') }} as purchase_share,
  cast(synthetic_searches as {{ type_count() }}) as synthetic_searches
from months
