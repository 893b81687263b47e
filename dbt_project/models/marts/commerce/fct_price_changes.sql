{{ config(indexes=[{'columns': ['price_id'], 'unique': True}, {'columns': ['product_id', 'changed_date']}]) }}

with ordered as (

  select
    price_id,
    variant_id,
    price_list_id,
    currency,
    kind,
    valid_from,
    unit_price,
    lag(unit_price) over (
      partition by variant_id, currency, price_list_id
      order by valid_from, price_id
    ) as price_before
  from {{ ref('stg_shop__prices') }}
  where valid_from <= {{ business_as_of() }}

)

select
  ordered.price_id,
  ordered.variant_id,
  variants.product_id,
  lists.code as price_list,
  ordered.currency,
  ordered.kind,
  ordered.valid_from as changed_at,
  {{ utc_date('ordered.valid_from') }} as changed_date,
  ordered.price_before,
  ordered.unit_price,
  {{ safe_ratio('(ordered.unit_price - ordered.price_before)', 'ordered.price_before') }} as change_ratio
from ordered
inner join {{ ref('stg_shop__variants') }} as variants on variants.variant_id = ordered.variant_id
left join {{ ref('stg_shop__price_lists') }} as lists on lists.price_list_id = ordered.price_list_id
where ordered.price_before is null or ordered.price_before <> ordered.unit_price
