-- The models see every purchase: interactions add up to the products that known customers bought, and the current features
-- to their orders before the business day, money in the currency that each customer's is counted in. Interactions are those of the
-- orders that changed, in an increment.
{% set changed = is_to_check(order_column='order_id') %}
{% set expected %}
  select
    (select coalesce(sum(revenue - charges), 0) from {{ ref('fct_orders') }} where user_id is not null and {{ changed }}) as bought,
    orders.customers,
    orders.orders,
    orders.revenue
  from (
    select
      count(distinct facts.user_id) as customers,
      count(*) as orders,
      coalesce(sum(case when facts.currency = money.currency then facts.revenue else 0 end), 0) as revenue
    from {{ ref('fct_orders') }} as facts
    left join {{ ref('customer_churn_features') }} as money on money.user_id = facts.user_id and money.as_of_date = {{ business_date() }}
    where facts.user_id is not null and facts.revenue > 0 and facts.placed_date < {{ business_date() }}
  ) as orders
{% endset %}
{% set actual %}
  select
    (select coalesce(sum(amount), 0) from {{ ref('user_item_interactions') }} where {{ changed }}) as bought,
    features.customers,
    features.orders,
    features.revenue
  from (
    select count(*) as customers, coalesce(sum(frequency), 0) as orders, coalesce(sum(monetary), 0) as revenue
    from {{ ref('customer_churn_features') }}
    where as_of_date = {{ business_date() }}
  ) as features
{% endset %}
{{ differing_sums(expected, actual, ['bought', 'customers', 'orders', 'revenue']) }}
