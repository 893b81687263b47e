-- Every product that was sold, came back or is offered stands in the product dimension, and every day in the calendar. Months and
-- days of the shop stand for their lines, to which other tests hold them, because they are a dozen times fewer.
with missing as (

  select 'sold_products' as broken_rule, sold.product_id
  from (select distinct product_id from {{ ref('agg_monthly_product') }}) as sold
  left join {{ ref('dim_products') }} as products on products.product_id = sold.product_id
  where sold.product_id is not null and products.product_id is null
  union all
  select 'offered_products', offered.id
  from {{ as_of_cut(source('shop', 'catalog__products')) }} as offered
  left join {{ ref('dim_products') }} as products on products.product_id = offered.id
  where products.product_id is null
  union all
  select 'days', null
  from (select distinct date_day from {{ ref('agg_daily_shop') }}) as days
  left join {{ ref('dim_date') }} as calendar on calendar.date_day = days.date_day
  where calendar.date_day is null

)

select broken_rule, count(*) as broken_rows
from missing
group by broken_rule
