{# Lets the serving role read what this slot's marts and features hold, now and after every rebuild of a table. Default
   privileges do that once per schema, where dbt's own `grants` would ask and grant again for every node of every run. #}
{% macro prepare_slot() -%}
  {{ return(adapter.dispatch('prepare_slot', 'martgraph')()) }}
{%- endmacro %}

{% macro postgres__prepare_slot() -%}
do $$
declare
  slot_schema text;
begin
  for slot_schema in
    select nspname from pg_catalog.pg_namespace
    where nspname in ('marts_{{ target.name }}', 'features_{{ target.name }}')
      and not pg_catalog.has_schema_privilege('martgraph_serving', oid, 'usage')
  loop
    execute format('alter default privileges in schema %I grant select on tables to martgraph_serving', slot_schema);
    execute format('grant select on all tables in schema %I to martgraph_serving', slot_schema);
    execute format('grant usage on schema %I to martgraph_serving', slot_schema);
  end loop;
end
$$
{%- endmacro %}

{# BigQuery grants by dataset, which is done where datasets are made. #}
{% macro bigquery__prepare_slot() -%}{%- endmacro %}
