{# Every layer has one schema per slot (`marts_a`, `marts_b`); the target's name is the slot. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
  {%- if custom_schema_name is none -%}
    {{ target.schema }}
  {%- else -%}
    {{ warehouse_schema((custom_schema_name | trim) ~ '_' ~ target.name) }}
  {%- endif -%}
{%- endmacro %}

{# The name a schema of the warehouse has in the engine. A BigQuery project is one room for all its datasets, so ours carry the
   prefix of the settings, which the profile hands over as its dataset. #}
{% macro warehouse_schema(name) -%}
  {%- if target.type == 'bigquery' -%}{{ target.schema }}_{{ name }}{%- else -%}{{ name }}{%- endif -%}
{%- endmacro %}
