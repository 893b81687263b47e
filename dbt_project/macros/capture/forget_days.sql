{# Pre-hooks of daily sums that hang on more than the day's orders. Each takes whole days away; the model then brings back all days that
   it does not have. They run in the transaction of the merge. #}

{# The days on which goods were sold that now stand in another category or with another vendor. #}
{% macro forget_moved_goods(changes, sales) -%}
  {%- if is_incremental() -%}
    delete from {{ this }}
    where date_day in (
      select sale_date from {{ sales }}
      where product_id in (select entity_id from {{ changes }} where entity = 'PRODUCT')
    )
  {%- endif -%}
{%- endmacro %}

{# The days with a name that is not the one of now. `names` maps our columns to those of the named; `unnamed` stands where nothing is
   found. #}
{% macro forget_renamed(key, named, names, unnamed=none) -%}
  {%- if is_incremental() -%}
    delete from {{ this }}
    where date_day in (
      select present.date_day
      from {{ this }} as present
      left join {{ named }} as named on named.{{ key }} = present.{{ key }}
      where
        {%- for ours, theirs in names.items() %}
        present.{{ ours }} is distinct from {% if unnamed %}coalesce(named.{{ theirs }}, '{{ unnamed }}'){% else %}named.{{ theirs }}{% endif %}
        {{- ' or' if not loop.last }}
        {%- endfor %}
    )
  {%- endif -%}
{%- endmacro %}

{# Where sums are by month: true of the days of months in which anything changed, and of all days where days are made anew, because
   `forget_backfilled()` without a day has taken everything away. The stretch around those months stands first: by it PostgreSQL finds their
   rows by an index, and reads no others. #}
{% macro in_changed_month(day, changes) -%}
  {{ day }} >= (select case when {{ is_backfill() }} then cast('0001-01-01' as date) else {{ trunc_date('month', 'min(day)') }} end from {{ changes }})
  and {{ day }} <= (select case when {{ is_backfill() }} then cast('9999-12-31' as date) else {{ add_days(trunc_date('month', 'max(day)'), 30) }} end from {{ changes }})
  and ({{ is_backfill() }} or {{ trunc_date('month', day) }} in (select {{ trunc_date('month', 'day') }} from {{ changes }}))
{%- endmacro %}
