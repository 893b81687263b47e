{# Every version up to the cut, ended ones and tombstones too. #}
{% macro versions_until_cut(relation) -%}
  (select * from {{ relation }} where _from_pos <= {{ slot_value('cut_pos') }})
{%- endmacro %}

{# The business instant at which a version was committed: raw knows the wall's, the shop's clock how far business time is from it. #}
{% macro business_instant(committed_at) -%}
  {{ add_milliseconds(committed_at, "coalesce((select max(offset_ms) from " ~ as_of_cut(source('shop', 'platform__clock')) ~ " as clock), 0)") }}
{%- endmacro %}

{# What rows were over time, from raw's versions: one row per key and period in which none of the attributes changed. `attributes` maps
   columns to expressions over raw's row, `born` names the instant from which the first version holds, since the warehouse began to
   look later. Of versions that begin in one instant the last is left. A deleted row has an end, and one that `keep` refuses no past:
   it may read `all_versions`. #}
{% macro history_of(relation, key, key_name, attributes, born=none, keep='true') -%}
with all_versions as (

  select
    {{ key }} as {{ key_name }},
    {% for name, expression in attributes.items() -%}
    {{ expression }} as {{ name }},
    {% endfor -%}
    _from_pos as from_pos,
    {{ business_instant('_committed_at') }} as recorded_at,
    {{ born if born else 'cast(null as ' ~ type_instant() ~ ')' }} as born_at,
    _op = 'd' as is_deleted
  from {{ versions_until_cut(relation) }} as versions

),

marked as (

  select
    all_versions.*,
    row_number() over (partition by {{ key_name }} order by from_pos) as version_number,
    is_deleted is distinct from lag(is_deleted) over (partition by {{ key_name }} order by from_pos)
    {%- for name in attributes %}
    or {{ name }} is distinct from lag({{ name }}) over (partition by {{ key_name }} order by from_pos)
    {%- endfor %} as is_change
  from all_versions
  where {{ keep }}

),

begun as (

  select
    marked.*,
    case when version_number = 1 then coalesce(least(born_at, recorded_at), recorded_at) else recorded_at end as begins_at
  from marked
  where version_number = 1 or is_change

),

ranged as (

  select begun.*, lead(begins_at) over (partition by {{ key_name }} order by from_pos) as ends_at
  from begun

)

select
  {{ key_name }},
  {% for name in attributes -%}
  {{ name }},
  {% endfor -%}
  begins_at as valid_from,
  ends_at as valid_to,
  ends_at is null as is_current
from ranged
where not is_deleted and (ends_at is null or ends_at > begins_at)
{%- endmacro %}

{# A relation of every captured table with the wall time of its latest version up to the cut. #}
{% macro last_changes() -%}
  (
    {%- for table in (graph.sources.values() | selectattr('source_name', 'equalto', 'shop') | sort(attribute='name') if execute else []) %}
    select
      '{{ table.name | replace('__', '.') }}' as source_table,
      (
        select _committed_at from {{ source('shop', table.name) }}
        where _from_pos <= {{ slot_value('cut_pos') }}
        order by _from_pos desc
        limit 1
      ) as last_change_at
    {{ 'union all' if not loop.last }}
    {%- else %}
    select cast(null as {{ dbt.type_string() }}) as source_table, cast(null as {{ type_instant() }}) as last_change_at
    {%- endfor %}
  )
{%- endmacro %}
