{% macro default__unique_combo_rows(model, columns) -%}
select {{ columns | join(', ') }}
from {{ model }}
group by {{ columns | join(', ') }}
having count(*) > 1
limit 200
{%- endmacro %}

{% macro postgres__unique_combo_rows(model, columns) -%}
  {%- if execute and unique_index_exists(model, columns) -%}
select 1 as duplicates where false
  {%- else -%}
{{ default__unique_combo_rows(model, columns) }}
  {%- endif -%}
{%- endmacro %}

{% macro unique_index_exists(relation, columns) -%}
  {%- if relation is not mapping and relation.identifier is not defined -%}{{ return(false) }}{%- endif -%}
  {%- set found = run_query(
    "select exists (select from pg_catalog.pg_index i where i.indrelid = to_regclass('" ~ relation ~ "')"
    ~ " and i.indisunique and i.indisvalid and i.indpred is null and i.indexprs is null"
    ~ " and (select array_agg(a.attname::text order by a.attname) from pg_catalog.pg_attribute a where a.attrelid = i.indrelid"
    ~ " and a.attnum = any(i.indkey::smallint[])"
    ~ " and (a.attnotnull or i.indnullsnotdistinct)) = array['" ~ (columns | sort | join("','")) ~ "'])"
  ) -%}
  {{ return(found.columns[0].values()[0]) }}
{%- endmacro %}
