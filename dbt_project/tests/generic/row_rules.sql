{# Every row satisfies every rule; `rules` maps a rule's name to a condition, and an unknown outcome counts as broken. One scan
   for all rules of a model, because a test costs more in starting than in reading. Fails with one row per broken rule: its
   name and how many rows break it. #}
{% test row_rules(model, rules) %}
with counted as (

  select
    {% for name, condition in rules.items() -%}
    sum(case when {{ condition }} then 0 else 1 end) as {{ name }}{{ ',' if not loop.last }}
    {% endfor %}
  from {{ model }}

)

{% for name in rules -%}
select '{{ name }}' as broken_rule, {{ name }} as broken_rows from counted where {{ name }} > 0
{{ 'union all' if not loop.last }}
{% endfor %}
{% endtest %}
