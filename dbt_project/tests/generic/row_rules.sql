{# Every row satisfies every rule, and the key of the model names a row: `rules` maps a rule's name to a condition, and an unknown outcome
   counts as broken; the key is the one of the model's unique_combo. One scan for all rules and one node for both, because a test costs
   more in starting than in reading: builds leave unique_combo out, which is there to be run by itself. Fails with one row per broken
   rule: its name and how many rows break it. `order_column` or `day_column` is for the tables of which an increment makes the rows of
   changed orders or of changed days and no others: see is_to_check. #}
{% test row_rules(model, rules, order_column=none, day_column=none) %}
with counted as (

  select
    {% for name, condition in rules.items() -%}
    sum(case when {{ condition }} then 0 else 1 end) as {{ name }}{{ ',' if not loop.last }}
    {% endfor %}
  from {{ model }}
  {%- if order_column or day_column %}
  where {{ is_to_check(order_column, day_column) }}
  {%- endif %}

)

{% for name in rules -%}
select '{{ name }}' as broken_rule, {{ name }} as broken_rows from counted where {{ name }} > 0
{{ 'union all' if not loop.last }}
{% endfor %}
{{ key_rule(model) }}
{% endtest %}
