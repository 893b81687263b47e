{{ config(indexes=[{'columns': ['movement_id'], 'unique': True}, {'columns': ['gift_card_id']}, {'columns': ['occurred_date']}]) }}

select
  movements.movement_id,
  movements.gift_card_id,
  movements.order_id,
  movements.kind,
  cards.currency,
  {{ amount('movements.units', 'cards.currency_exponent') }} as amount,
  {{ amount('movements.balance_after_units', 'cards.currency_exponent') }} as balance_after,
  movements.occurred_at,
  {{ utc_date('movements.occurred_at') }} as occurred_date
from {{ ref('stg_shop__gift_card_movements') }} as movements
inner join {{ ref('stg_shop__gift_cards') }} as cards on cards.gift_card_id = movements.gift_card_id
