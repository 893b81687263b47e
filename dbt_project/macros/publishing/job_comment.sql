{# dbt's own comment of a statement, and beside it on BigQuery, where it becomes the job's labels, whose build it is and what of it. #}
{% macro job_comment(node, connection_name) -%}
  {%- set comment = {'app': 'dbt', 'dbt_version': dbt_version, 'profile_name': target.get('profile_name'), 'target_name': target.get('target_name')} -%}
  {%- if node is not none -%}{%- do comment.update({'node_id': node.unique_id}) -%}{%- else -%}{%- do comment.update({'connection_name': connection_name}) -%}{%- endif -%}
  {%- if target.type == 'bigquery' -%}
    {%- do comment.update(fromjson(env_var('MARTGRAPH_JOB_LABELS', '{}'))) -%}
    {%- do comment.update({'product': 'martgraph', 'step': 'dbt', 'slot': target.name, 'build': env_var('MARTGRAPH_JOB_BUILD', 'none')}) -%}
  {%- endif -%}
  {{ return(tojson(comment)) }}
{%- endmacro %}
