{# At the end of a model: rows of a stretch of a column lie together, so that reading a stretch by an index reads few pages. Rows that
   increments bring come behind, and are of the last days anyway. #}
{% macro laid_by(column) %}{{ return(adapter.dispatch('laid_by', 'martgraph')(column)) }}{% endmacro %}
{% macro postgres__laid_by(column) -%}order by {{ column }}{%- endmacro %}
{# BigQuery lays rows by partitions and clusters. #}
{% macro bigquery__laid_by(column) -%}{%- endmacro %}
