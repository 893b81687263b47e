{{ config(materialized='table', indexes=[]) }}

-- Visits of which any event came, changed or went since the slot's last complete build: what is made of visits is made anew for these.
select session_id as visit_id
from {{ changed_until_cut(source('shop', 'events__behaviour_events')) }} as versions
where session_id is not null
union distinct
-- Days that are made anew count as changed, with all that lies on them.
select session_id
from {{ ref('stg_shop__behaviour_events') }}
where session_id is not null and {{ in_backfill(utc_date('occurred_at')) }}
