{# The UTC calendar day of an instant. #}
{% macro utc_date(instant) %}{{ return(adapter.dispatch('utc_date', 'martgraph')(instant)) }}{% endmacro %}
{% macro postgres__utc_date(instant) -%}cast(({{ instant }}) at time zone 'UTC' as date){%- endmacro %}
{% macro bigquery__utc_date(instant) -%}date({{ instant }}, 'UTC'){%- endmacro %}

{# The instant at which the half hour of an instant begins. #}
{% macro half_hour(instant) %}{{ return(adapter.dispatch('half_hour', 'martgraph')(instant)) }}{% endmacro %}
{% macro postgres__half_hour(instant) -%}date_bin(interval '30 minutes', {{ instant }}, timestamptz '2000-01-01 00:00:00+00'){%- endmacro %}
{% macro bigquery__half_hour(instant) -%}timestamp_add(timestamp_trunc({{ instant }}, hour), interval (div(extract(minute from {{ instant }}), 30) * 30) minute){%- endmacro %}

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

{# Bank holidays of England and Wales from 2009 to 2030, with the days taken instead of those that fall on a weekend and the extra ones
   (royal wedding 2011, jubilees 2012 and 2022, VE Day moved in 2020, funeral 2022, coronation 2023), as www.gov.uk/bank-holidays
   lists them; years that it does not list yet follow the rules of the Banking and Financial Dealings Act. #}
{% macro is_uk_bank_holiday(day) -%}
  {%- set days = [
    '2009-01-01', '2009-04-10', '2009-04-13', '2009-05-04', '2009-05-25', '2009-08-31', '2009-12-25', '2009-12-28',
    '2010-01-01', '2010-04-02', '2010-04-05', '2010-05-03', '2010-05-31', '2010-08-30', '2010-12-27', '2010-12-28',
    '2011-01-03', '2011-04-22', '2011-04-25', '2011-04-29', '2011-05-02', '2011-05-30', '2011-08-29', '2011-12-26', '2011-12-27',
    '2012-01-02', '2012-04-06', '2012-04-09', '2012-05-07', '2012-06-04', '2012-06-05', '2012-08-27', '2012-12-25', '2012-12-26',
    '2013-01-01', '2013-03-29', '2013-04-01', '2013-05-06', '2013-05-27', '2013-08-26', '2013-12-25', '2013-12-26',
    '2014-01-01', '2014-04-18', '2014-04-21', '2014-05-05', '2014-05-26', '2014-08-25', '2014-12-25', '2014-12-26',
    '2015-01-01', '2015-04-03', '2015-04-06', '2015-05-04', '2015-05-25', '2015-08-31', '2015-12-25', '2015-12-28',
    '2016-01-01', '2016-03-25', '2016-03-28', '2016-05-02', '2016-05-30', '2016-08-29', '2016-12-26', '2016-12-27',
    '2017-01-02', '2017-04-14', '2017-04-17', '2017-05-01', '2017-05-29', '2017-08-28', '2017-12-25', '2017-12-26',
    '2018-01-01', '2018-03-30', '2018-04-02', '2018-05-07', '2018-05-28', '2018-08-27', '2018-12-25', '2018-12-26',
    '2019-01-01', '2019-04-19', '2019-04-22', '2019-05-06', '2019-05-27', '2019-08-26', '2019-12-25', '2019-12-26',
    '2020-01-01', '2020-04-10', '2020-04-13', '2020-05-08', '2020-05-25', '2020-08-31', '2020-12-25', '2020-12-28',
    '2021-01-01', '2021-04-02', '2021-04-05', '2021-05-03', '2021-05-31', '2021-08-30', '2021-12-27', '2021-12-28',
    '2022-01-03', '2022-04-15', '2022-04-18', '2022-05-02', '2022-06-02', '2022-06-03', '2022-08-29', '2022-09-19', '2022-12-26', '2022-12-27',
    '2023-01-02', '2023-04-07', '2023-04-10', '2023-05-01', '2023-05-08', '2023-05-29', '2023-08-28', '2023-12-25', '2023-12-26',
    '2024-01-01', '2024-03-29', '2024-04-01', '2024-05-06', '2024-05-27', '2024-08-26', '2024-12-25', '2024-12-26',
    '2025-01-01', '2025-04-18', '2025-04-21', '2025-05-05', '2025-05-26', '2025-08-25', '2025-12-25', '2025-12-26',
    '2026-01-01', '2026-04-03', '2026-04-06', '2026-05-04', '2026-05-25', '2026-08-31', '2026-12-25', '2026-12-28',
    '2027-01-01', '2027-03-26', '2027-03-29', '2027-05-03', '2027-05-31', '2027-08-30', '2027-12-27', '2027-12-28',
    '2028-01-03', '2028-04-14', '2028-04-17', '2028-05-01', '2028-05-29', '2028-08-28', '2028-12-25', '2028-12-26',
    '2029-01-01', '2029-03-30', '2029-04-02', '2029-05-07', '2029-05-28', '2029-08-27', '2029-12-25', '2029-12-26',
    '2030-01-01', '2030-04-19', '2030-04-22', '2030-05-06', '2030-05-27', '2030-08-26', '2030-12-25', '2030-12-26'
  ] -%}
  ({{ day }} in ({% for one in days %}cast('{{ one }}' as date){{ ', ' if not loop.last }}{% endfor %}))
{%- endmacro %}

{% macro is_month_end(day) -%}
  ({{ date_part('day', add_days(day, 1)) }} = 1)
{%- endmacro %}
