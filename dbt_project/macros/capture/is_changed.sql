{# True of the identifiers that a set of changes holds. As a list that is made first and handed into each branch of a union, so that
   PostgreSQL looks them up by an index: a join stays outside of the branches, and reads all of them. #}
{% macro is_changed(column, changes, entity) %}{{ return(adapter.dispatch('is_changed', 'martgraph')(column, changes, entity)) }}{% endmacro %}
{% macro default__is_changed(column, changes, entity) -%}{{ column }} in (select entity_id from {{ changes }} where entity = '{{ entity }}'){%- endmacro %}
{% macro postgres__is_changed(column, changes, entity) -%}{{ column }} = any (array(select entity_id from {{ changes }} where entity = '{{ entity }}')){%- endmacro %}

{# True of the days on which any order or refund changed. PostgreSQL finds a list of days by an index, as above. #}
{% macro is_on_changed_day(column, changes) %}{{ return(adapter.dispatch('is_on_changed_day', 'martgraph')(column, changes)) }}{% endmacro %}
{% macro default__is_on_changed_day(column, changes) -%}{{ column }} in (select day from {{ changes }} where day is not null){%- endmacro %}
{% macro postgres__is_on_changed_day(column, changes) -%}{{ column }} = any (array(select distinct day from {{ changes }} where day is not null)){%- endmacro %}
