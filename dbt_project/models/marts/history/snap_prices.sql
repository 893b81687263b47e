{{ config(indexes=[{'columns': ['price_id'], 'unique': True}, {'columns': ['variant_id', 'valid_from']}]) }}

-- The shop itself keeps prices with the time they hold, and changes an end only: this history needs no versions.
select
  price_id,
  variant_id,
  price_list_id,
  currency,
  kind,
  unit_price,
  compare_at_price,
  valid_from,
  case when valid_to <= {{ business_as_of() }} then valid_to end as valid_to,
  valid_to is null or valid_to > {{ business_as_of() }} as is_current
from {{ ref('stg_shop__prices') }}
where valid_from <= {{ business_as_of() }}
