-- The daily aggregate holds every line and every refund.
{% set expected %}
  select
    (select coalesce(sum(amount), 0) from {{ ref('fct_order_lines') }}) as revenue,
    (select coalesce(sum(units_sold), 0) from {{ ref('fct_order_lines') }}) as units_sold,
    (select coalesce(sum(amount), 0) from {{ ref('fct_refunds') }}) as refunds
{% endset %}
{% set actual %}
  select coalesce(sum(revenue), 0) as revenue, coalesce(sum(units_sold), 0) as units_sold, coalesce(sum(refunds), 0) as refunds
  from {{ ref('agg_daily_sales') }}
{% endset %}
{{ differing_sums(expected, actual, ['revenue', 'units_sold', 'refunds']) }}
