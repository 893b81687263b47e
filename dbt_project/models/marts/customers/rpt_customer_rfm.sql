{{ config(indexes=[{'columns': ['user_id'], 'unique': True}]) }}

with spent as (

  select
    user_id,
    currency,
    max(placed_date) as last_date,
    count(*) as orders,
    sum(revenue) as revenue,
    row_number() over (partition by user_id order by count(*) desc, sum(revenue) desc, currency) as place
  from {{ ref('fct_orders') }}
  where user_id is not null
  group by user_id, currency

),

-- Orders of every currency count; money is that of the currency of most of them.
customers as (

  select
    user_id,
    {{ diff_days('max(last_date)', business_date()) }} as recency_days,
    cast(sum(orders) as {{ type_count() }}) as frequency,
    max(case when place = 1 then currency end) as currency,
    sum(case when place = 1 then revenue else 0 end) as monetary
  from spent
  group by user_id

),

-- Fifths of the customers; the identifier breaks ties, so that equal customers land in the same fifth in every build.
scored as (

  select
    user_id,
    recency_days,
    frequency,
    currency,
    monetary,
    ntile(5) over (order by recency_days desc, user_id) as r_score,
    ntile(5) over (order by frequency, user_id) as f_score,
    -- amounts of one currency are compared with one another and with no others
    ntile(5) over (partition by currency order by monetary, user_id) as m_score
  from customers

)

select
  user_id,
  recency_days,
  frequency,
  currency,
  monetary,
  r_score,
  f_score,
  m_score,
  case
    when r_score >= 4 and f_score >= 4 and m_score >= 4 then 'CHAMPION'
    when r_score >= 3 and f_score >= 4 then 'LOYAL'
    when r_score <= 2 and f_score >= 4 then 'AT_RISK'
    when r_score >= 4 and f_score <= 2 then 'NEW'
    when r_score >= 3 then 'PROMISING'
    when r_score = 2 then 'FADING'
    else 'LOST'
  end as segment
from scored
