{# Marts hold what every shop sold: the shop whose changes are captured, and those whose files are taken in. `vars.sources` of the
   project names them, the shop first. Each brings staging models `stg_<source>__<entity>` with the columns below; with one shop these
   macros say no more than `ref`. #}

{% macro shared_columns(entity) -%}
  {{ return({
    'orders': ['order_id', 'number', 'user_id', 'customer_type', 'state', 'currency', 'country_code', 'country_label', 'placed_at', 'total', 'currency_exponent', 'discounts', 'tax', 'tax_included'],
    'order_lines': ['line_id', 'order_id', 'product_id', 'variant_id', 'sku', 'name', 'quantity', 'amount', 'vendor_id', 'discount_units', 'tax_units', 'tax_included_units'],
    'order_charges': ['charge_id', 'order_id', 'kind', 'code', 'name', 'quantity', 'amount'],
    'refunds': ['refund_id', 'order_id', 'user_id', 'customer_type', 'match_quality', 'currency', 'country_code', 'country_label', 'refunded_at'],
    'refund_lines': ['refund_line_id', 'refund_id', 'line_kind', 'product_id', 'code', 'quantity', 'amount'],
    'users': ['user_id', 'email_sha256', 'country_code', 'is_email_verified', 'registered_at'],
    'products': ['product_id', 'slug', 'name', 'status', 'vendor_id', 'category_id', 'brand_id', 'product_type', 'published_at'],
    'variants': ['variant_id', 'product_id', 'sku', 'name', 'created_at'],
  }[entity]) }}
{%- endmacro %}

{# The rows of an entity from every shop, as a relation. #}
{% macro every_shop(entity) -%}
  {%- set sources = var('sources') -%}
  {%- if sources | length == 1 -%}
{{ ref('stg_' ~ sources[0] ~ '__' ~ entity) }}
  {%- else -%}
(
    {%- for source_name in sources %}
    select {{ shared_columns(entity) | join(', ') }} from {{ ref('stg_' ~ source_name ~ '__' ~ entity) }}
    {%- if not loop.last %}
    union all
    {%- endif -%}
    {%- endfor %}
  )
  {%- endif -%}
{%- endmacro %}

{# Further branches of a union: the same selection from an entity of each shop but the first. Nothing with one shop. #}
{% macro further_shops(entity, selection, union='union all', condition='true') -%}
  {%- for source_name in var('sources')[1:] %}
{{ union }}
select {{ selection }}
from {{ ref('stg_' ~ source_name ~ '__' ~ entity) }}
where {{ condition }}
  {%- endfor -%}
{%- endmacro %}

{# An identifier of our kind for one of another shop: the same every time, and another for every kind of thing. #}
{% macro foreign_id(kind, key) %}{{ return(adapter.dispatch('foreign_id', 'martgraph')(kind, key)) }}{% endmacro %}
{% macro postgres__foreign_id(kind, key) -%}cast(md5('{{ kind }}/' || cast({{ key }} as text)) as uuid){%- endmacro %}
{% macro bigquery__foreign_id(kind, key) -%}
regexp_replace(to_hex(md5(concat('{{ kind }}/', cast({{ key }} as string)))), r'^(.{8})(.{4})(.{4})(.{4})(.{12})$', r'\1-\2-\3-\4-\5')
{%- endmacro %}
