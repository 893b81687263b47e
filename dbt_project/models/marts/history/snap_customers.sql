{{ config(indexes=[{'columns': ['user_id', 'valid_from'], 'unique': True}]) }}

{{ history_of(
  source('shop', 'users__users'), 'id', 'user_id',
  {
    'country_code': 'country_code',
    'status': 'status',
    'is_email_verified': 'email_verified_at is not null',
  },
  born='created_at',
  keep="user_id not in (select gone.user_id from all_versions as gone where gone.status = 'ERASED' or gone.is_deleted)"
) }}
