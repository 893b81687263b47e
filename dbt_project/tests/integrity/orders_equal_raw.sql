-- Every order is there once, and orders add up to their lines.
{% set expected %}
  select raw.orders, raw.total, lines.revenue, lines.units_sold, lines.lines
  from (
    select sum(orders) as orders, coalesce(sum(total), 0) as total
    from (
      select count(*) as orders, sum({{ amount('total_units', 'exponent') }}) as total
      from {{ as_of_cut(source('shop', 'orders__orders')) }} as latest
      {{ further_shops('orders', 'count(*), sum(total)') }}
    ) as shops
  ) as raw
  cross join (
    select coalesce(sum(amount), 0) as revenue, coalesce(sum(units_sold), 0) as units_sold, count(*) as lines
    from {{ ref('fct_order_lines') }}
  ) as lines
{% endset %}
{% set actual %}
  select
    count(*) as orders,
    coalesce(sum(total), 0) as total,
    coalesce(sum(revenue), 0) as revenue,
    coalesce(sum(units_sold), 0) as units_sold,
    coalesce(sum(lines), 0) as lines
  from {{ ref('fct_orders') }}
{% endset %}
{{ differing_sums(expected, actual, ['orders', 'total', 'revenue', 'units_sold', 'lines']) }}
