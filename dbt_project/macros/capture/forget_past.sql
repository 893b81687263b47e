{# Pre-hooks of features that know whole days alone: what is placed today changes none of them until the day is over. Each takes
   everything away where a day began or one that is over changed; the model then computes only what is not there. #}

{# True where an order or a refund of a day that is over changed, or days are made anew. #}
{% macro past_changed(changes) -%}
  (exists (select 1 from {{ changes }} where entity in ('ORDER', 'REFUND') and day < {{ business_date() }}) or {{ is_backfill() }})
{%- endmacro %}

{# `is_current` is a condition that holds for every row of a table that was made on this business day. #}
{% macro forget_past(changes, is_current) -%}
  {%- if is_incremental() -%}
    delete from {{ this }}
    where {{ past_changed(changes) }} or not exists (select 1 from {{ this }} as present where {{ is_current }})
  {%- endif -%}
{%- endmacro %}
