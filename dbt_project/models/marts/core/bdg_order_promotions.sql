{{ config(indexes=[{'columns': ['order_id', 'promotion_id'], 'unique': True}, {'columns': ['promotion_id']}]) }}

select
  order_id,
  promotion_id,
  currency,
  placed_date,
  count(*) as parts,
  sum(amount) as amount
from {{ ref('fct_discounts') }}
where promotion_id is not null
group by order_id, promotion_id, currency, placed_date
