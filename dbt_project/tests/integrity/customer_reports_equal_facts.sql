-- What is told of customers over time adds up to their orders and refunds: by month, by age of cohort, by week of cohort and in fifths.
{% set expected %}
  select
    orders.revenue as monthly_revenue,
    refunds.refunds as monthly_refunds,
    orders.revenue as ltv_revenue,
    orders.orders as weekly_orders,
    orders.revenue as rfm_revenue,
    orders.revenue as cohort_revenue,
    orders.customers as new_customers
  from (
    select coalesce(sum(revenue), 0) as revenue, count(*) as orders, count(distinct user_id) as customers
    from {{ ref('fct_orders') }}
    where user_id is not null
  ) as orders
  cross join (
    select coalesce(sum(amount), 0) as refunds
    from {{ ref('fct_refunds') }}
    where user_id is not null
  ) as refunds
{% endset %}
{% set actual %}
  select
    (select coalesce(sum(revenue), 0) from {{ ref('agg_customer_monthly') }}) as monthly_revenue,
    (select coalesce(sum(refunds), 0) from {{ ref('agg_customer_monthly') }}) as monthly_refunds,
    (select coalesce(sum(revenue), 0) from {{ ref('rpt_ltv_observed') }}) as ltv_revenue,
    (select coalesce(sum(orders), 0) from {{ ref('rpt_cohorts_weekly') }}) as weekly_orders,
    (select coalesce(sum(monetary), 0) from {{ ref('rpt_customer_rfm') }}) as rfm_revenue,
    (select coalesce(sum(revenue), 0) from {{ ref('rpt_cohorts_monthly') }}) as cohort_revenue,
    (select coalesce(sum(new_customers), 0) from {{ ref('rpt_retention') }}) as new_customers
{% endset %}
{{ differing_sums(expected, actual, ['monthly_revenue', 'monthly_refunds', 'ltv_revenue', 'weekly_orders', 'rfm_revenue', 'cohort_revenue', 'new_customers']) }}
