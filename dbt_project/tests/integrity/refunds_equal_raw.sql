-- What came back is in the mart to the last line.
{% set expected %}
  select coalesce(sum(lines), 0) as lines, coalesce(sum(quantity), 0) as quantity, coalesce(sum(amount), 0) as amount
  from (
    select lines, quantity, amount from ({{ raw_amount_by_exponent(source('shop', 'orders__refund_lines')) }}) as shop
    {{ further_shops('refund_lines', 'count(*), sum(quantity), sum(amount)') }}
  ) as parts
{% endset %}
{% set actual %}
  select count(*) as lines, coalesce(sum(quantity), 0) as quantity, coalesce(sum(amount), 0) as amount
  from {{ ref('fct_refunds') }}
{% endset %}
{{ differing_sums(expected, actual, ['lines', 'quantity', 'amount']) }}
