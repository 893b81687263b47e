{# What engines spell differently is spelled here and nowhere else. A further engine adds its own `<engine>__` forms. #}

{# An instant on the time line, microseconds, UTC. #}
{% macro type_instant() %}{{ return(adapter.dispatch('type_instant', 'martgraph')()) }}{% endmacro %}
{% macro postgres__type_instant() %}{{ return('timestamptz') }}{% endmacro %}
{% macro bigquery__type_instant() %}{{ return('timestamp') }}{% endmacro %}

{# A 64-bit integer. #}
{% macro type_count() %}{{ return(adapter.dispatch('type_count', 'martgraph')()) }}{% endmacro %}
{% macro postgres__type_count() %}{{ return('bigint') }}{% endmacro %}
{% macro bigquery__type_count() %}{{ return('int64') }}{% endmacro %}

{# An exact decimal: amounts of money and ratios that are rounded on purpose. #}
{% macro type_money() %}{{ return(adapter.dispatch('type_money', 'martgraph')()) }}{% endmacro %}
{% macro postgres__type_money() %}{{ return('numeric') }}{% endmacro %}
{% macro bigquery__type_money() %}{{ return('numeric') }}{% endmacro %}

{# A 64-bit binary fraction, for model inputs only. #}
{% macro type_float() %}{{ return(adapter.dispatch('type_float', 'martgraph')()) }}{% endmacro %}
{% macro postgres__type_float() %}{{ return('double precision') }}{% endmacro %}
{% macro bigquery__type_float() %}{{ return('float64') }}{% endmacro %}

{# An identifier. #}
{% macro type_id() %}{{ return(adapter.dispatch('type_id', 'martgraph')()) }}{% endmacro %}
{% macro postgres__type_id() %}{{ return('uuid') }}{% endmacro %}
{% macro bigquery__type_id() %}{{ return('string') }}{% endmacro %}
