{{ config(indexes=[{'columns': ['session_date', 'channel', 'device_class'], 'unique': True}]) }}

-- By session and not by visit, and without what bots did: a visit that comes in anew by another channel counts there too.
select
  session_date,
  channel,
  device_class,
  count(*) as sessions,
  cast(sum(case when is_bounce then 1 else 0 end) as {{ type_count() }}) as bounces,
  cast(sum(case when furthest_step >= 1 then 1 else 0 end) as {{ type_count() }}) as viewed,
  cast(sum(case when furthest_step >= 2 then 1 else 0 end) as {{ type_count() }}) as added_to_cart,
  cast(sum(case when furthest_step >= 3 then 1 else 0 end) as {{ type_count() }}) as checkout_started,
  cast(sum(case when furthest_step >= 4 then 1 else 0 end) as {{ type_count() }}) as delivery_chosen,
  cast(sum(case when furthest_step >= 5 then 1 else 0 end) as {{ type_count() }}) as payment_chosen,
  cast(sum(case when furthest_step >= 6 then 1 else 0 end) as {{ type_count() }}) as purchased,
  cast(sum(duration_seconds) as {{ type_count() }}) as duration_seconds,
  cast(sum(case when is_synthetic then 1 else 0 end) as {{ type_count() }}) as synthetic_sessions
from {{ ref('fct_sessions') }}
where not is_quarantined
group by session_date, channel, device_class
