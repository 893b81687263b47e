{{ config(indexes=[{'columns': ['user_id'], 'unique': True}]) }}

with customers as (

  select
    user_id,
    {{ diff_days('max(placed_date)', business_date()) }} as recency_days,
    count(*) as frequency,
    sum(revenue) as monetary
  from {{ ref('fct_orders') }}
  where user_id is not null
  group by user_id

),

-- Fifths of the customers; the identifier breaks ties, so that equal customers land in the same fifth in every build.
scored as (

  select
    user_id,
    recency_days,
    frequency,
    monetary,
    ntile(5) over (order by recency_days desc, user_id) as r_score,
    ntile(5) over (order by frequency, user_id) as f_score,
    ntile(5) over (order by monetary, user_id) as m_score
  from customers

)

select
  user_id,
  recency_days,
  frequency,
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
