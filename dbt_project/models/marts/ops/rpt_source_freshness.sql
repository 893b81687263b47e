{{ config(indexes=[{'columns': ['source_table'], 'unique': True}]) }}

select
  source_table,
  last_change_at,
  {{ hours_between('last_change_at', slot_value('cut_committed_at')) }} as hours_since_change
from {{ last_changes() }} as tables
