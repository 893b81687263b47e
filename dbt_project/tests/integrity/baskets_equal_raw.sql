-- Every basket, every change of a gift card, every dispute and every review is there.
{% set expected %}
  select
    (select count(*) from {{ as_of_cut(source('shop', 'orders__carts')) }} as latest) as carts,
    (select coalesce(sum(quantity), 0) from {{ as_of_cut(source('shop', 'orders__cart_lines')) }} as latest) as units,
    (select count(*) from {{ as_of_cut(source('shop', 'orders__gift_card_movements')) }} as latest) as card_movements,
    (select count(*) from {{ as_of_cut(source('shop', 'orders__payment_disputes')) }} as latest) as disputes,
    (select count(*) from {{ as_of_cut(source('shop', 'catalog__reviews')) }} as latest) as reviews,
    (select count(*) from {{ as_of_cut(source('shop', 'orders__orders')) }} as latest) as orders
{% endset %}
{% set actual %}
  select
    (select count(*) from {{ ref('fct_carts') }}) as carts,
    (select coalesce(sum(units), 0) from {{ ref('fct_carts') }}) as units,
    (select count(*) from {{ ref('fct_gift_card_movements') }}) as card_movements,
    (select count(*) from {{ ref('fct_disputes') }}) as disputes,
    (select count(*) from {{ ref('fct_reviews') }}) as reviews,
    (select count(*) from {{ ref('fct_order_status_changes') }} where is_current) as orders
{% endset %}
{{ differing_sums(expected, actual, ['carts', 'units', 'card_movements', 'disputes', 'reviews', 'orders']) }}
