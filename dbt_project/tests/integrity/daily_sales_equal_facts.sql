-- The daily aggregate holds every line and every refund. Orders stand for their lines, to which orders_equal_raw holds them, because
-- they are twenty times fewer. An increment asks that of the days that changed; that all days are still there, the months say
-- (expectations/suites/marts/agg_monthly_product.yml).
{% set expected %}
  select
    (select coalesce(sum(revenue), 0) from {{ ref('fct_orders') }} where {{ is_to_check(day_column='placed_date') }}) as revenue,
    (select coalesce(sum(units_sold), 0) from {{ ref('fct_orders') }} where {{ is_to_check(day_column='placed_date') }}) as units_sold,
    (select coalesce(sum(amount), 0) from {{ ref('fct_refunds') }} where {{ is_to_check(day_column='refunded_date') }}) as refunds
{% endset %}
{% set actual %}
  select coalesce(sum(revenue), 0) as revenue, coalesce(sum(units_sold), 0) as units_sold, coalesce(sum(refunds), 0) as refunds
  from {{ ref('agg_daily_sales') }}
  where {{ is_to_check(day_column='sale_date') }}
{% endset %}
{{ differing_sums(expected, actual, ['revenue', 'units_sold', 'refunds']) }}
