{# Raw keeps every version of a row with the positions between which it was the latest. These macros read it for one slot:
   the cut is the position the running build stands at, `complete_pos` the one that the slot's last complete build stood at.
   Both come from a table and not from --vars, so that a new cut does not parse the project anew. #}

{% macro slot_value(column) -%}
  (select {{ column }} from {{ source('ops', 'slot_state') }} where slot = '{{ target.name }}')
{%- endmacro %}

{# The rows that the shop held at the cut: later versions are not seen, versions that ended later still are. #}
{% macro as_of_cut(relation) -%}
  (
    select * from {{ relation }}
    where _from_pos <= {{ slot_value('cut_pos') }}
      and (_to_pos is null or _to_pos > {{ slot_value('cut_pos') }})
      and _op <> 'd'
  )
{%- endmacro %}

{# Every version that began or ended after the slot's last complete build and up to the cut. An update ends one version and
   begins another; a deletion ends one and begins a tombstone that holds the key alone. In two parts, each a stretch of an index: with
   "or" an engine that does not know the positions when it plans reads all there ever was. #}
{% macro changed_until_cut(relation) -%}
  (
    select * from {{ relation }}
    where _from_pos > {{ slot_value('complete_pos') }} and _from_pos <= {{ slot_value('cut_pos') }}
    union all
    select * from {{ relation }}
    where _to_pos > {{ slot_value('complete_pos') }} and _to_pos <= {{ slot_value('cut_pos') }}
      and _from_pos <= {{ slot_value('complete_pos') }}
  )
{%- endmacro %}

{# The business instant and the business day that a build stands for: the "now" of every model. #}
{% macro business_as_of() -%}
  {{ slot_value('business_as_of') }}
{%- endmacro %}

{% macro business_date() -%}
  (select {{ utc_date('business_as_of') }} from {{ source('ops', 'slot_state') }} where slot = '{{ target.name }}')
{%- endmacro %}

{# True for a business day that somebody asked to have made anew although nothing of it changed (`martgraph pipeline backfill`).
   A set of changes counts what lies on such a day as changed. That there is a wish stands first: without one nothing is read. #}
{% macro in_backfill(day) -%}
  ({{ is_backfill() }} and {{ day }} >= {{ slot_value('backfill_from') }} and {{ day }} < {{ slot_value('backfill_to') }})
{%- endmacro %}

{# Pre-hook of the incremental models: takes away what the changes touched; the model then brings back what is still there.
   With it a merge also forgets rows that the shop deleted. Runs in the transaction of the merge. #}
{% macro delete_changed(column, changes, changed_column, entity=none) -%}
  {%- if is_incremental() -%}
    delete from {{ this }}
    where {{ column }} in (
      select {{ changed_column }} from {{ changes }}
      where {{ changed_column }} is not null {%- if entity %} and entity = '{{ entity }}' {%- endif %}
    )
  {%- endif -%}
{%- endmacro %}

{# Pre-hook beside it: where days are made anew, all rows of those days go, also those that no entity of the shop stands behind. `day` is
   the model's business day; without it everything goes, for a model that can make all of it again cheaply or has no day. A statement
   of its own: with "or" in the one above every build would read the whole table. #}
{% macro forget_backfilled(day=none) -%}
  {%- if is_incremental() -%}
    delete from {{ this }}
    where {{ in_backfill(day) if day else is_backfill() }}
  {%- endif -%}
{%- endmacro %}

{# The day before which this build makes days anew; null where it does not. #}
{% macro backfill_end() -%}
  {{ slot_value('backfill_to') }}
{%- endmacro %}

{# True where this build makes days anew. #}
{% macro is_backfill() -%}
  exists (select 1 from {{ source('ops', 'slot_state') }} where slot = '{{ target.name }}' and backfill_from is not null)
{%- endmacro %}

{# Pre-hook of customer_churn_features: a new business day moves every as-of day, so everything goes; within a day only the
   people go whose orders of earlier days changed, and whoever has no order any more: of an erased person no version of an order says
   that it was theirs. The model then computes whoever has no current row. #}
{% macro forget_churn_features(changes, orders) -%}
  {%- if is_incremental() -%}
    delete from {{ this }}
    where user_id in (select user_id from {{ changes }} where entity = 'ORDER' and day < {{ business_date() }})
       or {{ is_backfill() }}
       or not exists (select 1 from {{ this }} as present where present.as_of_date = {{ business_date() }})
       or user_id not in (select user_id from {{ orders }} where user_id is not null)
  {%- endif -%}
{%- endmacro %}

{# Pre-hook of fct_inventory_daily: variants of which anything changed lose all their days, everybody those that left the window. A day
   that is made anew takes everything with it, since each day's stock follows from the one before. The model then brings back what is
   missing. #}
{% macro forget_inventory_days(changes, window_days=91) -%}
  {%- if is_incremental() -%}
    delete from {{ this }}
    where variant_id in (select entity_id from {{ changes }} where entity = 'VARIANT')
       or stock_date < {{ add_days(business_date(), -window_days) }}
       or stock_date > {{ business_date() }}
       or {{ backfill_end() }} > {{ add_days(business_date(), -window_days) }}
  {%- endif -%}
{%- endmacro %}
