{{ config(
  indexes=[{'columns': ['date_day']}],
  post_hook="{{ unique_index_with_nulls(['date_day', 'category_id', 'currency']) }}",
) }}

select
  sales.sale_date as date_day,
  products.category_id,
  coalesce(categories.name, 'Uncategorised') as category,
  coalesce(categories.path, 'Uncategorised') as category_path,
  sales.currency,
  sum(sales.revenue) as revenue,
  cast(sum(sales.units_sold) as {{ type_count() }}) as units_sold,
  sum(sales.refunds) as refunds,
  count(distinct sales.product_id) as products
from {{ ref('agg_daily_sales') }} as sales
left join {{ ref('dim_products') }} as products on products.product_id = sales.product_id
left join {{ ref('dim_categories') }} as categories on categories.category_id = products.category_id
where sales.line_kind = 'PRODUCT'
group by sales.sale_date, products.category_id, categories.name, categories.path, sales.currency
