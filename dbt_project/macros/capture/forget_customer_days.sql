{# Days on which it may have become another who had come before when: those of changes, and of the people whose orders changed the later
   ones, since each knows the day before it. A version of an order says whose it was; of an erased person all orders change. #}
{% macro customer_days_changed(changes, orders) -%}
  (
    select day from {{ changes }} where day is not null
    union distinct
    select later.placed_date
    from {{ orders }} as later
    inner join (
      select user_id, min(day) as first_day from {{ changes }} where entity = 'ORDER' and user_id is not null group by user_id
    ) as touched on touched.user_id = later.user_id
    where later.placed_date > touched.first_day
  )
{%- endmacro %}

{# Pre-hook of agg_daily_country_customers: takes those days away. #}
{% macro forget_customer_days(changes, orders) -%}
  {%- if is_incremental() -%}
    delete from {{ this }}
    where date_day in (select day from {{ customer_days_changed(changes, orders) }} as changed_days)
  {%- endif -%}
{%- endmacro %}
