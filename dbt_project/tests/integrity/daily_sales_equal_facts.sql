-- The daily aggregate holds every line and every refund. Orders stand for their lines, to which orders_equal_raw holds them, because
-- they are twenty times fewer.
{% set expected %}
  select
    (select coalesce(sum(revenue), 0) from {{ ref('fct_orders') }}) as revenue,
    (select coalesce(sum(units_sold), 0) from {{ ref('fct_orders') }}) as units_sold,
    (select coalesce(sum(amount), 0) from {{ ref('fct_refunds') }}) as refunds
{% endset %}
{% set actual %}
  select coalesce(sum(revenue), 0) as revenue, coalesce(sum(units_sold), 0) as units_sold, coalesce(sum(refunds), 0) as refunds
  from {{ ref('agg_daily_sales') }}
{% endset %}
{{ differing_sums(expected, actual, ['revenue', 'units_sold', 'refunds']) }}
