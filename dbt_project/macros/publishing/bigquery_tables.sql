{# Contracts name PostgreSQL's types; where dbt makes a table of BigQuery they are read as BigQuery's. One place for all models:
   the dictionary is that of the node that is being built, and a type that is BigQuery's already stays as it is. #}
{% macro bigquery__create_table_as(temporary, relation, compiled_code, language='sql') -%}
  {%- do translate_contract(model) -%}
  {{ dbt.bigquery__create_table_as(temporary, relation, compiled_code, language) }}
{%- endmacro %}

{% macro translate_contract(node) -%}
  {%- for column in (node.columns or {}).values() if column.data_type -%}
    {%- do column.update({'data_type': bigquery_type(column.data_type)}) -%}
  {%- endfor -%}
{%- endmacro %}

{% macro bigquery_type(type) -%}
  {%- set names = {
    'uuid': 'string', 'text': 'string', 'citext': 'string',
    'bigint': 'int64', 'integer': 'int64', 'smallint': 'int64',
    'numeric': 'numeric', 'double precision': 'float64', 'real': 'float64',
    'boolean': 'bool', 'date': 'date', 'timestamptz': 'timestamp', 'timestamp with time zone': 'timestamp', 'jsonb': 'json',
  } -%}
  {%- set name = type | lower | trim -%}
  {%- if name.endswith('[]') -%}
    {{ return('array<' ~ names.get(name[:-2], name[:-2]) ~ '>') }}
  {%- endif -%}
  {{ return(names.get(name, type)) }}
{%- endmacro %}

{# Tables and views say whose they are, so that a bill can be read by layer and owner. In the place of the adapter's own macros. #}
{% macro bigquery_table_options(config, node, temporary) -%}
  {%- set options = adapter.get_table_options(config, node, temporary) -%}
  {%- do options.update({'labels': owner_labels(node)}) -%}
  {{ return(bigquery_options(options)) }}
{%- endmacro %}

{% macro bigquery_view_options(config, node) -%}
  {%- set options = adapter.get_view_options(config, node) -%}
  {%- do options.update({'labels': owner_labels(node)}) -%}
  {{ return(bigquery_options(options)) }}
{%- endmacro %}

{% macro owner_labels(node) -%}
  {{ return([('layer', 'staging' if node.resource_type == 'seed' else node.fqn[1] | default('none')), ('owner', (node.config.meta or {}).get('owner', 'warehouse'))]) }}
{%- endmacro %}
