{# Body of an integrity test: both relations give one row with the same columns; answers the columns whose values differ. #}
{% macro differing_sums(expected, actual, names) %}
with expected as (

  {{ expected }}

),

actual as (

  {{ actual }}

)

{% for name in names -%}
select '{{ name }}' as broken_rule, cast(expected.{{ name }} as {{ type_money() }}) as expected, cast(actual.{{ name }} as {{ type_money() }}) as actual
from expected cross join actual
where expected.{{ name }} is distinct from actual.{{ name }}
{{ 'union all' if not loop.last }}
{% endfor %}
{% endmacro %}

{# Sum of quantity times unit price over raw rows: integers are added per exponent and only their sums become decimals. #}
{% macro raw_amount_by_exponent(relation, condition='true') -%}
  select count(*) as lines, sum(quantity) as quantity, {{ amount('sum(quantity * unit_amount)', 'exponent') }} as amount
  from {{ as_of_cut(relation) }} as latest
  where {{ condition }}
  group by exponent
{%- endmacro %}
