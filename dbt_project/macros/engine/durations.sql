{# Whole seconds from one instant to another, the rest cut off. #}
{% macro seconds_between(earlier, later) %}{{ return(adapter.dispatch('seconds_between', 'martgraph')(earlier, later)) }}{% endmacro %}
{% macro postgres__seconds_between(earlier, later) -%}cast(trunc(extract(epoch from ({{ later }}) - ({{ earlier }}))) as bigint){%- endmacro %}
{% macro bigquery__seconds_between(earlier, later) -%}timestamp_diff({{ later }}, {{ earlier }}, second){%- endmacro %}

{# The hour of an instant, UTC, 0 to 23. #}
{% macro utc_hour(instant) %}{{ return(adapter.dispatch('utc_hour', 'martgraph')(instant)) }}{% endmacro %}
{% macro postgres__utc_hour(instant) -%}cast(extract(hour from ({{ instant }}) at time zone 'UTC') as integer){%- endmacro %}
{% macro bigquery__utc_hour(instant) -%}extract(hour from {{ instant }} at time zone 'UTC'){%- endmacro %}

{# An instant so many days later or earlier. #}
{% macro instant_add_days(instant, days) %}{{ return(adapter.dispatch('instant_add_days', 'martgraph')(instant, days)) }}{% endmacro %}
{% macro postgres__instant_add_days(instant, days) -%}(({{ instant }}) + make_interval(secs => 86400 * ({{ days }}))){%- endmacro %}
{% macro bigquery__instant_add_days(instant, days) -%}timestamp_add({{ instant }}, interval 86400 * ({{ days }}) second){%- endmacro %}
