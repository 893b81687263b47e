{# The columns together name a row; nulls count as equal. PostgreSQL proves it by a valid unique index where the
   table has one to which no two nulls are different, which costs a look into the catalogue; without one the rows are counted. #}
{% test unique_combo(model, columns) -%}
  {{ adapter.dispatch('unique_combo_rows', 'martgraph')(model, columns) }}
{%- endtest %}
