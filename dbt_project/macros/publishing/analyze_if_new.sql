{# A table that was just made has no statistics until autovacuum comes by, and the models behind it would be planned blind.
   A table that already has some keeps them: an increment does not change its shape. #}
{% macro analyze_if_new(relation) -%}
  {{ return(adapter.dispatch('analyze_if_new', 'martgraph')(relation)) }}
{%- endmacro %}

{% macro postgres__analyze_if_new(relation) -%}
do $$
begin
  if not exists (
    select from pg_catalog.pg_stats where schemaname = '{{ relation.schema }}' and tablename = '{{ relation.identifier }}'
  ) then
    {% if model.config.materialized == 'table' -%}
    -- it is made again with each build that changes it, and looked at as often: a third of the usual sample tells as much of its shape
    perform set_config('default_statistics_target', '30', true);
    {% endif -%}
    analyze {{ relation }};
  end if;
end
$$
{%- endmacro %}

{# BigQuery keeps statistics of its own. #}
{% macro bigquery__analyze_if_new(relation) -%}{%- endmacro %}
