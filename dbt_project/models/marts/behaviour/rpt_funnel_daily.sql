{{ config(indexes=[{'columns': ['visit_date'], 'unique': True}]) }}

-- A visit counts for a step when it did it or a later one: who buys from a saved cart has come through all of them.
with visits as (

  select
    session_id,
    min({{ utc_date('occurred_at') }}) as visit_date,
    max(case
      when type = 'PURCHASE' then 6
      when type = 'CHECKOUT' and step = 'PAYMENT' then 5
      when type = 'CHECKOUT' and step = 'DELIVERY' then 4
      when type = 'CHECKOUT' then 3
      when type = 'ADD_TO_CART' then 2
      when type = 'VIEW' then 1
      else 0
    end) as reached,
    max(case when type = 'SEARCH' then 1 else 0 end) as searched,
    max(case when is_synthetic then 1 else 0 end) as synthetic
  from {{ ref('stg_shop__behaviour_events') }}
  group by session_id

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
