{# True of the identifiers that a set of changes holds. As a list that is made first and handed into each branch of a union, so that
   PostgreSQL looks them up by an index: a join stays outside of the branches, and reads all of them. #}
{% macro is_changed(column, changes, entity) %}{{ return(adapter.dispatch('is_changed', 'martgraph')(column, changes, entity)) }}{% endmacro %}
{% macro default__is_changed(column, changes, entity) -%}{{ column }} in (select entity_id from {{ changes }} where entity = '{{ entity }}'){%- endmacro %}
{% macro postgres__is_changed(column, changes, entity) -%}{{ column }} = any (array(select entity_id from {{ changes }} where entity = '{{ entity }}')){%- endmacro %}
