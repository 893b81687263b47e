{# dbt asks for a relation's columns several times a node. Its own way, through information_schema, looks at every column and grant of the
   database each time; the catalogue answers in a tenth of it. The same columns, as `information_schema.columns` has them. #}
{% macro postgres__get_columns_in_relation(relation) -%}
  {% call statement('get_columns_in_relation', fetch_result=True) %}
    select
      attribute.attname as column_name,
      case
        when type.typtype = 'd' then pg_catalog.format_type(type.typbasetype, null)
        when type.typelem <> 0 and type.typlen = -1 then 'ARRAY'
        else pg_catalog.format_type(attribute.atttypid, null)
      end as data_type,
      information_schema._pg_char_max_length(attribute.atttypid, attribute.atttypmod) as character_maximum_length,
      information_schema._pg_numeric_precision(attribute.atttypid, attribute.atttypmod) as numeric_precision,
      information_schema._pg_numeric_scale(attribute.atttypid, attribute.atttypmod) as numeric_scale
    from pg_catalog.pg_attribute as attribute
    inner join pg_catalog.pg_type as type on type.oid = attribute.atttypid
    where attribute.attrelid = to_regclass('{{ relation.include(database=False) }}')
      and attribute.attnum > 0
      and not attribute.attisdropped
    order by attribute.attnum
  {% endcall %}
  {{ return(sql_convert_columns_in_relation(load_result('get_columns_in_relation').table)) }}
{%- endmacro %}
