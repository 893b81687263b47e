{{ config(indexes=[{'columns': ['vendor_id', 'valid_from'], 'unique': True}]) }}

{{ history_of(
  source('shop', 'users__vendors'), 'id', 'vendor_id',
  {
    'slug': 'slug',
    'name': 'name',
    'commission_rate': from_basis_points('commission_bps'),
  },
  born='created_at'
) }}
