{{ config(
  materialized='incremental',
  incremental_strategy='merge',
  on_schema_change='fail',
  pre_hook=["{{ delete_changed('date_day', ref('int_changed_orders'), 'day') }}", "{{ forget_backfilled('date_day') }}"],
  indexes=[{'columns': ['date_day', 'half_hour', 'country', 'customer_type', 'currency'], 'unique': True}],
) }}
{% set changes = ref('int_changed_orders') %}

-- No unique_key: the hook has taken away the days that changed, so the merge only ever brings rows back. Half hours, because that is how far
-- nearly all time zones are from each other: their days are made of these as those of UTC are.
with movements as (

  select
    placed_date as date_day,
    {{ half_hour('placed_at') }} as half_hour,
    country,
    customer_type,
    currency,
    1 as orders,
    case when state = 'CANCELLED' then 1 else 0 end as cancelled_orders,
    units_sold,
    lines,
    revenue,
    charges,
    discounts,
    shipping,
    tax,
    tax_included,
    cast(0 as {{ type_money() }}) as refunds,
    0 as refund_lines
  from {{ ref('fct_orders') }}
  {% if is_incremental() %}
  where placed_date in (select day from {{ changes }})
  {% endif %}
  union all
  select refunded_date, {{ half_hour('refunded_at') }}, country, customer_type, currency, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, amount, 1
  from {{ ref('fct_refunds') }}
  {% if is_incremental() %}
  where refunded_date in (select day from {{ changes }})
  {% endif %}

)

select
  date_day,
  half_hour,
  country,
  customer_type,
  currency,
  cast(sum(orders) as {{ type_count() }}) as orders,
  cast(sum(cancelled_orders) as {{ type_count() }}) as cancelled_orders,
  cast(sum(units_sold) as {{ type_count() }}) as units_sold,
  cast(sum(lines) as {{ type_count() }}) as order_lines,
  sum(revenue) as gross,
  sum(charges) as charges,
  sum(discounts) as discounts,
  sum(shipping) as shipping,
  sum(tax) as tax_added,
  sum(tax_included) as tax_included,
  sum(refunds) as refunds,
  cast(sum(refund_lines) as {{ type_count() }}) as refund_lines
from movements
group by date_day, half_hour, country, customer_type, currency
{{ laid_by('date_day') }}
