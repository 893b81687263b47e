{# A seed on BigQuery, by one statement: dbt's own way is a load job, which carries no labels, so that nobody could say whose it was. #}
{% macro bigquery__load_csv_rows(model, agate_table) %}
  {%- set types = model['config'].get('column_types', {}) -%}
  {% call statement('load') %}
create or replace table {{ this.render() }}
{{ bigquery_table_options(config, model) }}
as
select
{%- for name in agate_table.column_names %}
    cast({{ adapter.quote(name) }} as {{ types.get(name, 'string') }}) as {{ adapter.quote(name) }}{{ ',' if not loop.last }}
{%- endfor %}
from (
{%- for row in agate_table.rows %}
    {{ 'union all ' if not loop.first }}select {% for name in agate_table.column_names %}{{ seed_text(row[name]) }} as {{ adapter.quote(name) }}{{ ', ' if not loop.last }}{% endfor %}
{%- endfor %}
) as cells
  {% endcall %}
  {% if config.persist_relation_docs() and 'description' in model %}
    {{ adapter.update_table_description(model['database'], model['schema'], model['alias'], model['description']) }}
  {% endif %}
{% endmacro %}

{# A cell as GoogleSQL writes it; one without a value still has a type. #}
{% macro seed_text(value) -%}
  {%- if value is none -%}cast(null as string){%- else -%}'{{ (value | string).replace('\\', '\\\\').replace("'", "\\'").replace('\n', '\\n') }}'{%- endif -%}
{%- endmacro %}
