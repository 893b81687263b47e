{{ config(materialized='table', indexes=[]) }}

-- Products of which a sale of a day that is over came, changed or went since the slot's last complete build: of lines that changed
-- themselves, and of orders that did.
with past_orders as (

  select distinct entity_id as order_id
  from {{ ref('int_changed_orders') }}
  where entity = 'ORDER' and day < {{ business_date() }}

)

select product_id
from {{ changed_until_cut(source('shop', 'orders__order_lines')) }} as versions
where product_id is not null and order_id in (select order_id from past_orders)
union distinct
select product_id
from {{ ref('fct_order_lines') }}
where product_id is not null and order_id in (select order_id from past_orders)
