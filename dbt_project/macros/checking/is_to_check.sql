{# What a test of rows by order, or by day, has to look at: in an increment the orders that changed, or the days on which one did. The other
   rows are those that passed it with the build that the slot held before: increments do not touch them. Whoever starts the build says
   whether that is so (warehouse/tools/dbt.ts); every other build has all rows looked at. The set of changes is made before the tables
   that the test is of. It is no input of the test all the same: whoever selects the set would select the test. #}
{% macro is_to_check(order_column=none, day_column=none) -%}
  {#- while the project is read nothing is asked of the environment: dbt would read it anew with every other answer -#}
  {%- if not execute or env_var('MARTGRAPH_REST_HAS_PASSED', 'no') != 'yes' -%}true
  {%- else -%}
    {%- set changes = graph.nodes['model.' ~ project_name ~ '.int_changed_orders'].relation_name -%}
    {%- if day_column -%}{{ is_on_changed_day(day_column, changes) }}{%- else -%}{{ is_changed(order_column, changes, 'ORDER') }}{%- endif -%}
  {%- endif -%}
{%- endmacro %}
