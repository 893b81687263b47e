-- What was sold is in the mart to the last line and the last fraction of a penny. An increment asks that of the orders that changed; that
-- all lines together are still there, orders_equal_raw asks.
{% set changed = is_to_check(order_column='order_id') %}
{% set expected %}
  select
    coalesce(sum(lines), 0) as lines,
    coalesce(sum(amount), 0) as revenue,
    coalesce(sum(units), 0) as units_sold
  from (
    select lines, quantity as units, amount from ({{ raw_amount_by_exponent(source('shop', 'orders__order_lines'), changed) }}) as products
    union all
    select lines, 0, amount from ({{ raw_amount_by_exponent(source('shop', 'orders__order_charges'), changed) }}) as charges
    {{ further_shops('order_lines', 'count(*), sum(quantity), sum(amount)', condition=changed) }}
    {{ further_shops('order_charges', 'count(*), 0, sum(amount)', condition=changed) }}
  ) as parts
{% endset %}
{% set actual %}
  select count(*) as lines, coalesce(sum(amount), 0) as revenue, coalesce(sum(units_sold), 0) as units_sold
  from {{ ref('fct_order_lines') }}
  where {{ changed }}
{% endset %}
{{ differing_sums(expected, actual, ['lines', 'revenue', 'units_sold']) }}
