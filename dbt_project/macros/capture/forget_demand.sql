{# Pre-hook of product_demand_daily: days that the window has left go, and all days of products whose sales changed. #}
{% macro forget_demand(changes, days) -%}
  {%- if is_incremental() -%}
    delete from {{ this }}
    where demand_date < {{ add_days(business_date(), -days) }} or product_id in (select product_id from {{ changes }})
  {%- endif -%}
{%- endmacro %}

{# Pre-hook beside it: all days of products whose stock at the end of one of the days is told otherwise now. Stock changes with every
   sale of the running day, so the days that are over are compared, of the products whose stock changed. #}
{% macro forget_restocked(changed_stock, variants, inventory) -%}
  {%- if is_incremental() -%}
    delete from {{ this }}
    where product_id in (
      with goods as (
        select distinct variants.product_id
        from {{ changed_stock }} as changes
        inner join {{ variants }} as variants on variants.variant_id = changes.entity_id
        where changes.entity = 'VARIANT'
      ),
      stock as (
        select inventory.product_id, inventory.stock_date, {{ stocked_out_share() }} as stocked_out_share
        from {{ inventory }} as inventory
        inner join goods on goods.product_id = inventory.product_id
        group by inventory.product_id, inventory.stock_date
      )
      select kept.product_id
      from {{ this }} as kept
      inner join goods on goods.product_id = kept.product_id
      left join stock on stock.product_id = kept.product_id and stock.stock_date = kept.demand_date
      where kept.stocked_out_share is distinct from stock.stocked_out_share
    )
  {%- endif -%}
{%- endmacro %}

{# Of the counted variants of a product, the part that could not be had at the end of a day. #}
{% macro stocked_out_share() -%}
  {{ safe_ratio('sum(case when is_stocked_out then 1 else 0 end)', 'count(*)', 4) }}
{%- endmacro %}
