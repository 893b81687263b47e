{# The rule that no key stands twice, for the key of the relation's unique_combo; nothing where an index of the engine proves it. #}
{% macro key_rule(relation) -%}
  {%- if execute and relation.identifier is defined -%}
    {%- set name = relation.identifier ~ '_key' -%}
    {#- by their ids: to look into every node of the project costs more than the test -#}
    {%- for id in graph.nodes if id.startswith('test.' ~ project_name ~ '.' ~ name ~ '.') -%}
      {%- set columns = graph.nodes[id].test_metadata.kwargs['columns'] -%}
      {%- if not adapter.dispatch('is_key_proven', 'martgraph')(relation, columns) %}
union all
select '{{ name }}' as broken_rule, count(*) as broken_rows
from (
{{ default__unique_combo_rows(relation, columns) }}
) as duplicates
having count(*) > 0
      {%- endif -%}
    {%- endfor -%}
  {%- endif -%}
{%- endmacro %}

{% macro default__is_key_proven(relation, columns) -%}{{ return(false) }}{%- endmacro %}
{% macro postgres__is_key_proven(relation, columns) -%}{{ return(unique_index_exists(relation, columns)) }}{%- endmacro %}
