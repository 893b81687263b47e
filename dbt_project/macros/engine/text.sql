{# SHA-256 of a text in lower-case hex: lets two tables meet on an address without holding it. #}
{% macro hash_pii(expression) %}{{ return(adapter.dispatch('hash_pii', 'martgraph')(expression)) }}{% endmacro %}
{% macro postgres__hash_pii(expression) -%}encode(sha256(convert_to(lower({{ expression }}), 'UTF8')), 'hex'){%- endmacro %}
{% macro bigquery__hash_pii(expression) -%}to_hex(sha256(lower({{ expression }}))){%- endmacro %}

{# The country's name, 'Unspecified' where the shop does not know it. #}
{% macro country_name(label) -%}
  coalesce(nullif(trim({{ label }}), ''), 'Unspecified')
{%- endmacro %}
