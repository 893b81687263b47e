{{ config(
  materialized='incremental',
  incremental_strategy='merge',
  on_schema_change='fail',
  pre_hook=["{{ delete_changed('visit_id', ref('int_changed_visits'), 'visit_id') }}", "{{ forget_backfilled('search_date') }}"],
  indexes=[
    {'columns': ['event_id', 'searched_at'], 'unique': True},
    {'columns': ['visit_id']},
    {'columns': ['search_date']},
  ],
) }}
{% set changes = ref('int_changed_visits') %}

-- What follows a search until the next one of the session is its answer.
with spans as (

  select
    events.*,
    sum(case when type = 'SEARCH' then 1 else 0 end) over (partition by visit_id, session_number order by event_number) as search_number
  from {{ ref('fct_page_events') }} as events
  {% if is_incremental() %}
  where visit_id in (select visit_id from {{ changes }})
  {% endif %}

),

answers as (

  select
    visit_id,
    session_number,
    search_number,
    sum(case when type = 'VIEW' then 1 else 0 end) as clicks,
    min(case when type = 'VIEW' then event_number end) as first_click_number,
    min(case when type = 'ADD_TO_CART' then event_number end) as first_cart_number
  from spans
  where search_number > 0
  group by visit_id, session_number, search_number

),

session_ends as (

  select
    visit_id,
    session_number,
    max(search_number) as searches,
    max(case when type = 'PURCHASE' then event_number end) as last_purchase_number
  from spans
  where search_number > 0
  group by visit_id, session_number

)

select
  searches.event_id,
  searches.occurred_at as searched_at,
  searches.event_date as search_date,
  searches.visit_id,
  searches.session_number,
  cast(searches.search_number as {{ type_count() }}) as search_number,
  searches.user_id,
  searches.query_hash,
  searches.results,
  searches.results = 0 as is_zero_result,
  cast(answers.clicks as {{ type_count() }}) as clicks,
  answers.clicks > 0 as is_clicked,
  clicked.product_id as first_click_product_id,
  clicked.position as first_click_position,
  {{ seconds_between('searches.occurred_at', 'clicked.occurred_at') }} as seconds_to_click,
  answers.clicks = 0 and answers.search_number < session_ends.searches as is_refined,
  answers.first_cart_number is not null as led_to_cart,
  coalesce(session_ends.last_purchase_number > answers.first_cart_number, false) as led_to_purchase,
  searches.is_synthetic
from spans as searches
inner join answers
  on answers.visit_id = searches.visit_id
  and answers.session_number = searches.session_number
  and answers.search_number = searches.search_number
inner join session_ends on session_ends.visit_id = searches.visit_id and session_ends.session_number = searches.session_number
left join spans as clicked
  on clicked.visit_id = answers.visit_id
  and clicked.session_number = answers.session_number
  and clicked.event_number = answers.first_click_number
where searches.type = 'SEARCH'
