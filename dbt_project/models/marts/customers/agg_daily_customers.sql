{{ config(
  indexes=[{'columns': ['currency', 'date_day']}],
  post_hook="{{ unique_index_with_nulls(['date_day', 'currency', 'orders_counted', 'previous_day']) }}",
) }}

-- Who ordered in a period is who has a row in it and came before only outside of it: people told apart by the day on which they had come
-- before can be added up over any days without counting anybody twice. Over all currencies once (no currency), and in each.
with placed as (

  select
    orders.user_id,
    orders.currency,
    orders.placed_date,
    orders.placed_at = customers.first_order_at as is_first,
    orders.placed_at > customers.first_order_at as is_later
  from {{ ref('fct_orders') }} as orders
  left join {{ ref('dim_customers') }} as customers on customers.user_id = orders.user_id
  where orders.user_id is not null

),

came as (

  {%- for counted, condition in [('EVERY', 'true'), ('FIRST', 'is_first'), ('LATER', 'is_later')] %}
  {{ 'union all' if not loop.first }}
  select '{{ counted }}' as orders_counted, user_id, cast(null as {{ dbt.type_string() }}) as currency, placed_date as date_day
  from placed
  where {{ condition }}
  group by user_id, placed_date
  union all
  select '{{ counted }}', user_id, currency, placed_date
  from placed
  where {{ condition }}
  group by user_id, currency, placed_date
  {%- endfor %}

),

followed as (

  select
    orders_counted,
    currency,
    date_day,
    lag(date_day) over (partition by orders_counted, currency, user_id order by date_day) as previous_day
  from came

)

select date_day, currency, orders_counted, previous_day, count(*) as customers
from followed
group by date_day, currency, orders_counted, previous_day
union all
-- Days on which guests alone ordered are there too.
select placed_date, cast(null as {{ dbt.type_string() }}), 'NONE', cast(null as date), cast(0 as {{ type_count() }})
from {{ ref('fct_orders') }}
group by placed_date
union all
select placed_date, currency, 'NONE', cast(null as date), cast(0 as {{ type_count() }})
from {{ ref('fct_orders') }}
group by placed_date, currency
