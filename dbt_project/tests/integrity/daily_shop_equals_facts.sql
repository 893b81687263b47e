-- The day of the shop holds every order and every refund, and categories and vendors the goods of the daily sales.
{% set expected %}
  select
    (select count(*) from {{ ref('fct_orders') }}) as orders,
    (select coalesce(sum(revenue), 0) from {{ ref('fct_orders') }}) as gross,
    (select coalesce(sum(discounts), 0) from {{ ref('fct_orders') }}) as discounts,
    (select coalesce(sum(amount), 0) from {{ ref('fct_refunds') }}) as refunds,
    (select coalesce(sum(revenue - charges), 0) from {{ ref('fct_orders') }}) as goods,
    (select coalesce(sum(share), 0) from {{ ref('fct_vendor_orders') }}) as shares,
    (select coalesce(sum(amount), 0) from {{ ref('fct_order_lines') }} where vendor_id is not null) as sold
{% endset %}
{% set actual %}
  select
    (select coalesce(sum(orders), 0) from {{ ref('agg_daily_shop') }}) as orders,
    (select coalesce(sum(gross), 0) from {{ ref('agg_daily_shop') }}) as gross,
    (select coalesce(sum(discounts), 0) from {{ ref('agg_daily_shop') }}) as discounts,
    (select coalesce(sum(refunds), 0) from {{ ref('agg_daily_shop') }}) as refunds,
    (select coalesce(sum(revenue), 0) from {{ ref('agg_daily_category') }}) as goods,
    (select coalesce(sum(share), 0) from {{ ref('agg_daily_vendor') }}) as shares,
    (select coalesce(sum(sold_revenue), 0) from {{ ref('agg_daily_vendor') }}) as sold
{% endset %}
{{ differing_sums(expected, actual, ['orders', 'gross', 'discounts', 'refunds', 'goods', 'shares', 'sold']) }}
