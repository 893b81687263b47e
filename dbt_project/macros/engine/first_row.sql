{# A relation with the first row of each key, in the given order, which has to be total. A row number filtered to 1 means the
   same, but PostgreSQL then expects a two-hundredth of the rows and joins them in nested loops. #}
{% macro first_row(relation, key, order, columns, where='true') %}{{ return(adapter.dispatch('first_row', 'martgraph')(relation, key, order, columns, where)) }}{% endmacro %}
{% macro postgres__first_row(relation, key, order, columns, where) -%}
  (
    select distinct on ({{ key }}) {{ columns | join(', ') }}
    from {{ relation }}
    where {{ where }}
    order by {{ key }}, {{ order }}
  )
{%- endmacro %}
{% macro bigquery__first_row(relation, key, order, columns, where) -%}
  (
    select {{ columns | join(', ') }}
    from {{ relation }}
    where {{ where }}
    qualify row_number() over (partition by {{ key }} order by {{ order }}) = 1
  )
{%- endmacro %}
