{# The UTC calendar day of an instant. #}
{% macro utc_date(instant) %}{{ return(adapter.dispatch('utc_date', 'martgraph')(instant)) }}{% endmacro %}
{% macro postgres__utc_date(instant) -%}cast(({{ instant }}) at time zone 'UTC' as date){%- endmacro %}
{% macro bigquery__utc_date(instant) -%}date({{ instant }}, 'UTC'){%- endmacro %}

{# The instant at which a UTC day begins. #}
{% macro day_start(day) %}{{ return(adapter.dispatch('day_start', 'martgraph')(day)) }}{% endmacro %}
{% macro postgres__day_start(day) -%}(cast({{ day }} as timestamp) at time zone 'UTC'){%- endmacro %}
{% macro bigquery__day_start(day) -%}timestamp({{ day }}, 'UTC'){%- endmacro %}

{# The first day of the month, quarter, year or ISO week (`week`: Monday) of a date, as a date. #}
{% macro trunc_date(part, day) %}{{ return(adapter.dispatch('trunc_date', 'martgraph')(part, day)) }}{% endmacro %}
{% macro postgres__trunc_date(part, day) -%}cast(date_trunc('{{ part }}', cast({{ day }} as timestamp)) as date){%- endmacro %}
{% macro bigquery__trunc_date(part, day) -%}date_trunc({{ day }}, {{ 'isoweek' if part == 'week' else part }}){%- endmacro %}

{# A date so many days later. #}
{% macro add_days(day, days) %}{{ return(adapter.dispatch('add_days', 'martgraph')(day, days)) }}{% endmacro %}
{% macro postgres__add_days(day, days) -%}(({{ day }}) + cast({{ days }} as integer)){%- endmacro %}
{% macro bigquery__add_days(day, days) -%}date_add({{ day }}, interval cast({{ days }} as int64) day){%- endmacro %}

{# Whole days from one date to another. #}
{% macro diff_days(earlier, later) %}{{ return(adapter.dispatch('diff_days', 'martgraph')(earlier, later)) }}{% endmacro %}
{% macro postgres__diff_days(earlier, later) -%}(({{ later }}) - ({{ earlier }})){%- endmacro %}
{% macro bigquery__diff_days(earlier, later) -%}date_diff({{ later }}, {{ earlier }}, day){%- endmacro %}

{# Hours from one instant to another as an exact decimal, rounded to three places. #}
{% macro hours_between(earlier, later) %}{{ return(adapter.dispatch('hours_between', 'martgraph')(earlier, later)) }}{% endmacro %}
{% macro postgres__hours_between(earlier, later) -%}round(cast(extract(epoch from ({{ later }}) - ({{ earlier }})) as numeric) / 3600, 3){%- endmacro %}
{# Through the wider decimal: NUMERIC would round the quotient to nine places first and then once more to three. #}
{% macro bigquery__hours_between(earlier, later) -%}cast(round(cast(timestamp_diff({{ later }}, {{ earlier }}, microsecond) as bignumeric) / 3600000000, 3) as numeric){%- endmacro %}

{# An instant so many milliseconds later. #}
{% macro add_milliseconds(instant, milliseconds) %}{{ return(adapter.dispatch('add_milliseconds', 'martgraph')(instant, milliseconds)) }}{% endmacro %}
{% macro postgres__add_milliseconds(instant, milliseconds) -%}(({{ instant }}) + ({{ milliseconds }}) * interval '1 millisecond'){%- endmacro %}
{% macro bigquery__add_milliseconds(instant, milliseconds) -%}timestamp_add({{ instant }}, interval ({{ milliseconds }}) millisecond){%- endmacro %}

{# Whole calendar months from the month of one date to the month of another. #}
{% macro diff_months(earlier, later) -%}
  cast(({{ date_part('year', later) }} - {{ date_part('year', earlier) }}) * 12
    + {{ date_part('month', later) }} - {{ date_part('month', earlier) }} as integer)
{%- endmacro %}

{# year, quarter, month, isoyear, week (ISO) or isodow (Monday = 1) of a date, as an integer. #}
{% macro date_part(part, day) %}{{ return(adapter.dispatch('date_part', 'martgraph')(part, day)) }}{% endmacro %}
{% macro postgres__date_part(part, day) -%}cast(extract({{ part }} from {{ day }}) as integer){%- endmacro %}
{% macro bigquery__date_part(part, day) -%}
  {%- if part == 'isodow' -%}
    (mod(extract(dayofweek from {{ day }}) + 5, 7) + 1)
  {%- else -%}
    extract({{ 'isoweek' if part == 'week' else part }} from {{ day }})
  {%- endif -%}
{%- endmacro %}

{# A relation with one column, `column`: every step-th date from the first to the last, which are both days
   of it where the step meets them; backwards where the step is negative; empty where the step leads away from the last. #}
{% macro date_series(first, last, column, step_days=1) %}{{ return(adapter.dispatch('date_series', 'martgraph')(first, last, column, step_days)) }}{% endmacro %}
{% macro postgres__date_series(first, last, column, step_days) -%}
  (
    select ({{ first }}) + n * {{ step_days }} as {{ column }}
    from generate_series(0, (({{ last }}) - ({{ first }})) / {{ step_days }}) as steps (n)
  )
{%- endmacro %}
{% macro bigquery__date_series(first, last, column, step_days) -%}
  (
    select {{ column }}
    from unnest(generate_date_array({{ first }}, {{ last }}, interval {{ step_days }} day)) as {{ column }}
  )
{%- endmacro %}
