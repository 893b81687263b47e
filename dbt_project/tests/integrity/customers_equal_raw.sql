-- Every account that was not erased is a customer, and customers add up to the orders of registered people, their money to what was
-- ordered and given back in the currency that each of them is told in.
{% set expected %}
  select
    (
      select sum(people) from (
        select count(*) as people from {{ as_of_cut(source('shop', 'users__users')) }} as latest where status <> 'ERASED'
        {{ further_shops('users', 'count(*)') }}
      ) as shops
    ) as customers,
    (select count(*) from {{ ref('fct_orders') }} where user_id is not null) as orders,
    (
      select coalesce(sum(orders.revenue), 0)
      from {{ ref('fct_orders') }} as orders
      inner join {{ ref('dim_customers') }} as customers on customers.user_id = orders.user_id and customers.currency = orders.currency
    ) as revenue,
    (
      select coalesce(sum(refunds.amount), 0)
      from {{ ref('fct_refunds') }} as refunds
      inner join {{ ref('dim_customers') }} as customers on customers.user_id = refunds.user_id and customers.currency = refunds.currency
    ) as refunds
{% endset %}
{% set actual %}
  select count(*) as customers, coalesce(sum(orders), 0) as orders, coalesce(sum(revenue), 0) as revenue, coalesce(sum(refunds), 0) as refunds
  from {{ ref('dim_customers') }}
{% endset %}
{{ differing_sums(expected, actual, ['customers', 'orders', 'revenue', 'refunds']) }}
