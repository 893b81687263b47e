{# Every layer has one schema per slot (`marts_a`, `marts_b`); the target's name is the slot. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
  {%- if custom_schema_name is none -%}
    {{ target.schema }}
  {%- else -%}
    {{ custom_schema_name | trim }}_{{ target.name }}
  {%- endif -%}
{%- endmacro %}
