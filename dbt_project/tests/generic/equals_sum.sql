{# Sums of this model's expressions equal those of another model's, exactly. `sums` maps a name to a pair: the expression here
   and the one there. Fails with one row per sum that differs. #}
{% test equals_sum(model, other, sums) %}
with here as (

  select
    {% for name, pair in sums.items() -%}
    coalesce(sum({{ pair[0] }}), 0) as {{ name }}{{ ',' if not loop.last }}
    {% endfor %}
  from {{ model }}

),

there as (

  select
    {% for name, pair in sums.items() -%}
    coalesce(sum({{ pair[1] }}), 0) as {{ name }}{{ ',' if not loop.last }}
    {% endfor %}
  from {{ other }}

)

{% for name in sums -%}
select '{{ name }}' as broken_rule, here.{{ name }} as sum_here, there.{{ name }} as sum_there
from here cross join there
where here.{{ name }} <> there.{{ name }}
{{ 'union all' if not loop.last }}
{% endfor %}
{% endtest %}
