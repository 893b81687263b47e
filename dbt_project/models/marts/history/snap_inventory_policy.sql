{{ config(indexes=[{'columns': ['variant_id', 'valid_from'], 'unique': True}]) }}

{{ history_of(
  source('shop', 'catalog__stock_levels'), 'variant_id', 'variant_id',
  {
    'low_stock_threshold': 'low_stock_threshold',
  },
  keep="variant_id in (select known.variant_id from all_versions as known where known.low_stock_threshold is not null)"
) }}
