-- What visitors do grows without end, so it is kept by the month: old months are dropped as tables, not row by row. What the
-- warehouse has taken stays there, since dropping a table is no deletion of its rows.
alter publication martgraph drop table events.behaviour_events;
alter table events.behaviour_events rename to behaviour_events_unparted;

create table events.behaviour_events (
  id uuid not null default uuidv7(),
  session_id uuid not null,
  user_id uuid,
  type text not null check (type in ('VIEW', 'SEARCH', 'ADD_TO_CART', 'CHECKOUT', 'PURCHASE')),
  product_id uuid,
  search_text text check (length(search_text) <= 200),
  occurred_at timestamptz not null,
  is_synthetic boolean not null default false,
  -- how far a checkout has come
  step text check (step in ('STARTED', 'DELIVERY', 'PAYMENT')),
  -- who sends an event twice sends it with the same id and time
  primary key (id, occurred_at),
  check (step is null or type = 'CHECKOUT')
) partition by range (occurred_at);
-- Months without a table of their own: imported and generated pasts.
create table events.behaviour_events_other partition of events.behaviour_events default;
insert into events.behaviour_events (id, session_id, user_id, type, product_id, search_text, occurred_at, is_synthetic)
  select id, session_id, user_id, type, product_id, search_text, occurred_at, is_synthetic from events.behaviour_events_unparted;
drop table events.behaviour_events_unparted;

-- Makes the table of a month where it is missing. What the rest holds of that month moves there through the parent, so that whoever
-- follows the changes sees it move.
create function events.ensure_month(at timestamptz) returns void
  language plpgsql security definer set search_path = pg_catalog
as $$
declare
  starts timestamptz := date_trunc('month', at at time zone 'UTC') at time zone 'UTC';
  ends timestamptz := (date_trunc('month', at at time zone 'UTC') + interval '1 month') at time zone 'UTC';
  name text := 'behaviour_events_' || to_char(at at time zone 'UTC', 'YYYY_MM');
begin
  if to_regclass('events.' || name) is not null then
    return;
  end if;
  perform pg_advisory_xact_lock(hashtext('events.ensure_month'));
  if to_regclass('events.' || name) is not null then
    return;
  end if;
  lock table events.behaviour_events_other in access exclusive mode;
  create temporary table moving on commit drop as
    select * from events.behaviour_events_other o where o.occurred_at >= starts and o.occurred_at < ends;
  delete from events.behaviour_events_other o where o.occurred_at >= starts and o.occurred_at < ends;
  execute format('create table events.%I partition of events.behaviour_events for values from (%L) to (%L)', name, starts, ends);
  insert into events.behaviour_events select * from pg_temp.moving;
  drop table pg_temp.moving;
end
$$;
revoke all on function events.ensure_month(timestamptz) from public;

-- Products that exist, whatever their state: what events may speak of.
create view catalog.known_products as select p.id as product_id from catalog.products p;
grant select on catalog.known_products to martgraph_orders;

grant usage on schema events to martgraph_orders;
-- select too: an event that came before is found by its key
grant select, insert on events.behaviour_events to martgraph_orders;
grant execute on function events.ensure_month(timestamptz) to martgraph_orders;
grant select on events.behaviour_events to martgraph_capture;

-- Changes of a month's table are told as changes of the whole.
alter publication martgraph set (publish_via_partition_root = true);
alter publication martgraph add table events.behaviour_events (id, session_id, user_id, type, product_id, search_text, occurred_at, is_synthetic, step);
