-- Every movement is there, what the shop counts is their sum, and the last day of every counted variant says the same.
{% set expected %}
  select
    (select count(*) from {{ as_of_cut(source('shop', 'catalog__stock_movements')) }} as latest) as movements,
    (select coalesce(sum(quantity), 0) from {{ as_of_cut(source('shop', 'catalog__stock_movements')) }} as latest) as moved,
    (select coalesce(sum(quantity), 0) from {{ ref('fct_inventory_movements') }} where is_counted) as on_hand
{% endset %}
{% set actual %}
  select
    (select count(*) from {{ ref('fct_inventory_movements') }}) as movements,
    (select coalesce(sum(quantity), 0) from {{ ref('fct_inventory_movements') }}) as moved,
    (select coalesce(sum(on_hand), 0) from {{ ref('fct_inventory_daily') }} where stock_date = {{ business_date() }}) as on_hand
{% endset %}
{{ differing_sums(expected, actual, ['movements', 'moved', 'on_hand']) }}
