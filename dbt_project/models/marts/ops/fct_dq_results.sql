{{ config(indexes=[{'columns': ['build_id', 'suite', 'check_name'], 'unique': True}, {'columns': ['checked_date']}]) }}

select
  checks.build_id,
  checks.suite,
  case
    when checks.suite like 'raw.%' then 'raw'
    when checks.suite like 'features.%' then 'features'
    when checks.suite like 'predictions.%' then 'predictions'
    else 'marts'
  end as layer,
  checks.name as check_name,
  checks.severity,
  checks.passed as is_passed,
  checks.message,
  builds.state as build_state,
  builds.started_at as checked_at,
  {{ utc_date('builds.started_at') }} as checked_date
from {{ source('ops', 'check_result') }} as checks
inner join {{ source('ops', 'build') }} as builds on builds.build_id = checks.build_id
where builds.state <> 'BUILDING'
