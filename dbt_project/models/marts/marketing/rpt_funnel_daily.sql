{{ config(indexes=[{'columns': ['visit_date'], 'unique': True}]) }}

-- A visit counts for a step when it did it or a later one: who buys from a saved cart has come through all of them.
with visits as (

  select
    visit_id,
    min(session_date) as visit_date,
    max(furthest_step) as reached,
    max(case when searches > 0 then 1 else 0 end) as searched,
    max(case when is_synthetic then 1 else 0 end) as synthetic
  from {{ ref('fct_sessions') }}
  group by visit_id

)

select
  visit_date,
  count(*) as visits,
  cast(sum(searched) as {{ type_count() }}) as searched,
  cast(sum(case when reached >= 1 then 1 else 0 end) as {{ type_count() }}) as viewed,
  cast(sum(case when reached >= 2 then 1 else 0 end) as {{ type_count() }}) as added_to_cart,
  cast(sum(case when reached >= 3 then 1 else 0 end) as {{ type_count() }}) as checkout_started,
  cast(sum(case when reached >= 4 then 1 else 0 end) as {{ type_count() }}) as delivery_chosen,
  cast(sum(case when reached >= 5 then 1 else 0 end) as {{ type_count() }}) as payment_chosen,
  cast(sum(case when reached >= 6 then 1 else 0 end) as {{ type_count() }}) as purchased,
  cast(sum(synthetic) as {{ type_count() }}) as synthetic_visits
from visits
group by visit_date
