{# Whether a text that somebody typed could name them: an address of mail, a number of six digits or more. The shop's suggestions keep to
   the same rule. #}
{% macro could_name_somebody(words) %}{{ return(adapter.dispatch('could_name_somebody', 'martgraph')(words)) }}{% endmacro %}
{% macro postgres__could_name_somebody(words) -%}(({{ words }}) ~ '@|[0-9]{6,}'){%- endmacro %}
{% macro bigquery__could_name_somebody(words) -%}regexp_contains({{ words }}, r'@|[0-9]{6,}'){%- endmacro %}
