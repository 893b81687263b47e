{{ config(materialized='table', indexes=[]) }}

-- Visits of which any event came, changed or went since the slot's last complete build: what is made of visits is made anew for these.
select distinct session_id as visit_id
from {{ changed_until_cut(source('shop', 'events__behaviour_events')) }} as versions
where session_id is not null
