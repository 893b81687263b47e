{{ config(indexes=[{'columns': ['run_id', 'asset'], 'unique': True}, {'columns': ['run_started_date']}]) }}

select
  runs.run_id,
  steps.asset,
  runs.build_id,
  runs.{{ adapter.quote('trigger') }} as trigger_kind,
  runs.state as run_state,
  steps.state as asset_state,
  steps.{{ adapter.quote('rows') }} as processed_rows,
  round(cast(steps.seconds as {{ type_money() }}), 3) as seconds,
  runs.started_at as run_started_at,
  {{ utc_date('runs.started_at') }} as run_started_date,
  runs.finished_at as run_finished_at,
  steps.started_at
from {{ source('ops', 'pipeline_run') }} as runs
inner join {{ source('ops', 'asset_run') }} as steps on steps.run_id = runs.run_id
where runs.state <> 'RUNNING'
