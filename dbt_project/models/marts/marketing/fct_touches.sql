{{ config(indexes=[
  {'columns': ['visit_id', 'session_number'], 'unique': True},
  {'columns': ['user_id']},
  {'columns': ['touch_date']},
]) }}

select
  visit_id,
  session_number,
  user_id,
  row_number() over (partition by coalesce(user_id, visit_id) order by started_at, visit_id, session_number) as touch_number,
  started_at as touched_at,
  session_date as touch_date,
  channel,
  source,
  medium,
  campaign,
  landing,
  device_class,
  is_synthetic
from {{ ref('fct_sessions') }}
where channel <> 'UNKNOWN' and not is_quarantined
