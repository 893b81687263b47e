-- What is told of customers over time adds up to their orders and refunds: by month, by age of cohort, by week of cohort and in fifths.
{% set expected %}
  select
    orders.revenue as monthly_revenue,
    refunds.refunds as monthly_refunds,
    orders.revenue as ltv_revenue,
    orders.orders as weekly_orders,
    mains.revenue as rfm_revenue,
    mains.revenue as customers_revenue,
    orders.main_revenue as cohort_revenue,
    orders.customers as new_customers
  from (
    select
      coalesce(sum(revenue), 0) as revenue,
      coalesce(sum(case when currency = {{ main_currency(ref('fct_orders')) }} then revenue else 0 end), 0) as main_revenue,
      count(*) as orders,
      count(distinct user_id) as customers
    from {{ ref('fct_orders') }}
    where user_id is not null
  ) as orders
  cross join (
    select coalesce(sum(amount), 0) as refunds
    from {{ ref('fct_refunds') }}
    where user_id is not null
  ) as refunds
  cross join (
    select coalesce(sum(revenue), 0) as revenue
    from (
      select sum(revenue) as revenue, row_number() over (partition by user_id order by count(*) desc, sum(revenue) desc, currency) as place
      from {{ ref('fct_orders') }}
      where user_id is not null
      group by user_id, currency
    ) as placed
    where place = 1
  ) as mains
{% endset %}
{% set actual %}
  select
    (select coalesce(sum(revenue), 0) from {{ ref('agg_customer_monthly') }}) as monthly_revenue,
    (select coalesce(sum(refunds), 0) from {{ ref('agg_customer_monthly') }}) as monthly_refunds,
    (select coalesce(sum(revenue), 0) from {{ ref('rpt_ltv_observed') }}) as ltv_revenue,
    (select coalesce(sum(orders), 0) from {{ ref('rpt_cohorts_weekly') }}) as weekly_orders,
    (select coalesce(sum(monetary), 0) from {{ ref('rpt_customer_rfm') }}) as rfm_revenue,
    (select coalesce(sum(revenue), 0) from {{ ref('dim_customers') }}) as customers_revenue,
    (select coalesce(sum(revenue), 0) from {{ ref('rpt_cohorts_monthly') }}) as cohort_revenue,
    (select coalesce(sum(new_customers), 0) from {{ ref('rpt_retention') }}) as new_customers
{% endset %}
{{ differing_sums(expected, actual, ['monthly_revenue', 'monthly_refunds', 'ltv_revenue', 'weekly_orders', 'rfm_revenue', 'customers_revenue', 'cohort_revenue', 'new_customers']) }}
