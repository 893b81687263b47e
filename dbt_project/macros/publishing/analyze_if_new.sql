{# A table that was just made has no statistics until autovacuum comes by, and the models behind it would be planned blind.
   A table that already has some keeps them where an increment is a small part of it, as it mostly is. One that grew or changed by a
   fifth has another shape: a shop that begins to count its stock had all its first movements in one increment, and what reads them
   was planned for none and went on for minutes. #}
{% macro analyze_if_new(relation) -%}
  {{ return(adapter.dispatch('analyze_if_new', 'martgraph')(relation)) }}
{%- endmacro %}

{% macro postgres__analyze_if_new(relation) -%}
do $$
begin
  if not exists (
    select from pg_catalog.pg_stats where schemaname = '{{ relation.schema }}' and tablename = '{{ relation.identifier }}'
  ) or exists (
    select from pg_catalog.pg_class as c
    where c.oid = '{{ relation }}'::regclass
      and pg_catalog.pg_stat_get_xact_tuples_inserted(c.oid) + pg_catalog.pg_stat_get_xact_tuples_updated(c.oid) > 100 + 0.2 * greatest(c.reltuples, 0)
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
