{# Pre-hook of product_demand_daily: days that the window has left go, and all days of products whose sales changed. #}
{% macro forget_demand(changes, days) -%}
  {%- if is_incremental() -%}
    delete from {{ this }}
    where demand_date < {{ add_days(business_date(), -days) }} or product_id in (select product_id from {{ changes }})
  {%- endif -%}
{%- endmacro %}
