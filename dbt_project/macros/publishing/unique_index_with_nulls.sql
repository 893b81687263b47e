{# A unique index to which two nulls are equal; dbt's own `indexes` cannot say that. Made once per table, after its rows. #}
{% macro unique_index_with_nulls(columns) -%}
  {{ return(adapter.dispatch('unique_index_with_nulls', 'martgraph')(columns)) }}
{%- endmacro %}

{% macro postgres__unique_index_with_nulls(columns) -%}
do $$
begin
  if not exists (
    select from pg_catalog.pg_index where indrelid = '{{ this }}'::regclass and indisunique and indnullsnotdistinct
  ) then
    create unique index on {{ this }} ({{ columns | join(', ') }}) nulls not distinct;
  end if;
end
$$
{%- endmacro %}

{# BigQuery has no indexes: the key test counts. #}
{% macro bigquery__unique_index_with_nulls(columns) -%}{%- endmacro %}
