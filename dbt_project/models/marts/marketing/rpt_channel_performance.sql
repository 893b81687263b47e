{{ config(indexes=[{'columns': ['placed_date', 'channel', 'model', 'currency'], 'unique': True}]) }}

with firsts as (

  select user_id, min(placed_at) as first_placed_at
  from {{ ref('fct_orders') }}
  where user_id is not null
  group by user_id

)

select
  credits.placed_date,
  credits.channel,
  credits.model,
  credits.currency,
  count(*) as touches,
  count(distinct credits.order_id) as touched_orders,
  sum(credits.share) as attributed_orders,
  sum(case when firsts.first_placed_at = credits.placed_at then credits.share else 0 end) as attributed_first_orders,
  sum(credits.attributed_revenue) as attributed_revenue
from {{ ref('fct_attribution') }} as credits
left join firsts on firsts.user_id = credits.user_id
group by credits.placed_date, credits.channel, credits.model, credits.currency
