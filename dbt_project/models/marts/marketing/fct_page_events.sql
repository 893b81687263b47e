{{ config(
  materialized='incremental',
  incremental_strategy='merge',
  on_schema_change='fail',
  pre_hook=["{{ delete_changed('visit_id', ref('int_changed_visits'), 'visit_id') }}", "{{ forget_backfilled('event_date') }}"],
  indexes=[
    {'columns': ['event_id', 'occurred_at'], 'unique': True},
    {'columns': ['visit_id']},
    {'columns': ['event_date'], 'type': 'brin'},
  ],
) }}
{% set changes = ref('int_changed_visits') %}

-- No unique_key: the hook has taken away the visits that changed, so the merge only ever brings rows back.
with visits as (

  select
    events.*,
    case
      when {{ seconds_between('lag(occurred_at) over visit', 'occurred_at') }} <= 1800 then 0
      else 1
    end as begins_session
  from {{ ref('stg_shop__behaviour_events') }} as events
  {% if is_incremental() %}
  where session_id in (select visit_id from {{ changes }})
  {% endif %}
  window visit as (partition by session_id order by occurred_at, event_id)

),

sessions as (

  select
    visits.*,
    sum(begins_session) over (partition by session_id order by occurred_at, event_id) as session_number
  from visits

)

select
  event_id,
  occurred_at,
  {{ utc_date('occurred_at') }} as event_date,
  session_id as visit_id,
  cast(session_number as {{ type_count() }}) as session_number,
  row_number() over in_session as event_number,
  user_id,
  type,
  step,
  product_id,
  position,
  case when type = 'SEARCH' and search_text is not null then {{ hash_pii('trim(search_text)') }} end as query_hash,
  results,
  order_id,
  channel,
  source,
  medium,
  campaign,
  landing,
  device as device_class,
  {{ seconds_between('occurred_at', 'lead(occurred_at) over in_session') }} as seconds_to_next,
  is_synthetic
from sessions
window in_session as (partition by session_id, session_number order by occurred_at, event_id)
