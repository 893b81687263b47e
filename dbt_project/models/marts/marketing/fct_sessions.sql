{{ config(
  materialized='incremental',
  incremental_strategy='merge',
  on_schema_change='fail',
  pre_hook=["{{ delete_changed('visit_id', ref('int_changed_visits'), 'visit_id') }}", "{{ forget_backfilled('session_date') }}"],
  indexes=[
    {'columns': ['visit_id', 'session_number'], 'unique': True},
    {'columns': ['user_id']},
    {'columns': ['session_date']},
  ],
) }}
{% set changes = ref('int_changed_visits') %}

with events as (

  select *
  from {{ ref('fct_page_events') }}
  {% if is_incremental() %}
  where visit_id in (select visit_id from {{ changes }})
  {% endif %}

),

counted as (

  select
    visit_id,
    session_number,
    min(occurred_at) as started_at,
    max(occurred_at) as ended_at,
    count(*) as events,
    sum(case when type = 'VIEW' then 1 else 0 end) as views,
    count(distinct case when type = 'VIEW' then product_id end) as products_viewed,
    sum(case when type = 'SEARCH' then 1 else 0 end) as searches,
    sum(case when type = 'ADD_TO_CART' then 1 else 0 end) as cart_adds,
    sum(case when type = 'PURCHASE' then 1 else 0 end) as purchases,
    max(case
      when type = 'PURCHASE' then 6
      when type = 'CHECKOUT' and step = 'PAYMENT' then 5
      when type = 'CHECKOUT' and step = 'DELIVERY' then 4
      when type = 'CHECKOUT' then 3
      when type = 'ADD_TO_CART' then 2
      when type = 'VIEW' then 1
      else 0
    end) as furthest_step,
    max(device_class) as device_class,
    max(case when is_synthetic then 1 else 0 end) as synthetic
  from events
  group by visit_id, session_number

),

-- The first that a session says of how it came about.
touches as (

  select visit_id, session_number, channel, source, medium, campaign, landing
  from {{ first_row('events', 'visit_id, session_number', 'occurred_at, event_id', ['visit_id', 'session_number', 'channel', 'source', 'medium', 'campaign', 'landing'], where='channel is not null') }} as firsts

),

-- Whoever was logged in last: who logs in half way has been there all the time.
people as (

  select visit_id, session_number, user_id
  from {{ first_row('events', 'visit_id, session_number', 'occurred_at desc, event_id desc', ['visit_id', 'session_number', 'user_id'], where='user_id is not null') }} as lasts

),

timed as (

  select
    counted.*,
    {{ seconds_between('started_at', 'ended_at') }} as duration_seconds
  from counted

),

judged as (

  select
    timed.*,
    case
      when events > 2000 then 'OVERSIZED'
      when duration_seconds > 259200 then 'TOO_LONG'
      when events > 100 and duration_seconds < events then 'BOT'
    end as quarantine_reason
  from timed

)

select
  judged.visit_id,
  judged.session_number,
  people.user_id,
  judged.started_at,
  judged.ended_at,
  {{ utc_date('judged.started_at') }} as session_date,
  judged.duration_seconds,
  judged.events,
  cast(judged.views as {{ type_count() }}) as views,
  judged.products_viewed,
  cast(judged.searches as {{ type_count() }}) as searches,
  cast(judged.cart_adds as {{ type_count() }}) as cart_adds,
  cast(judged.purchases as {{ type_count() }}) as purchases,
  judged.furthest_step,
  judged.events = 1 as is_bounce,
  coalesce(touches.channel, 'UNKNOWN') as channel,
  touches.source,
  touches.medium,
  touches.campaign,
  touches.landing,
  coalesce(judged.device_class, 'UNKNOWN') as device_class,
  judged.quarantine_reason is not null as is_quarantined,
  judged.quarantine_reason,
  judged.synthetic = 1 as is_synthetic
from judged
left join touches on touches.visit_id = judged.visit_id and touches.session_number = judged.session_number
left join people on people.visit_id = judged.visit_id and people.session_number = judged.session_number
