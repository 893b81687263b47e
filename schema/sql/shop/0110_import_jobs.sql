-- Bulk import and export: files that were handed in, jobs, and what became of each row.

create table catalog.import_files (
  id uuid primary key default uuidv7(),
  -- as its giver calls it; mappings find it by this name
  name text not null check (char_length(name) between 1 and 300), -- pii
  -- users.users
  owner_id uuid not null,
  object_key text not null unique,
  -- as announced; the store refuses another length
  size_bytes bigint not null check (size_bytes between 0 and 1099511627776),
  created_at timestamptz not null default clock_timestamp()
);
create index import_files_by_age on catalog.import_files (created_at);

create table catalog.import_jobs (
  id uuid primary key default uuidv7(),
  kind text not null check (kind in ('IMPORT', 'EXPORT')),
  state text not null default 'QUEUED' check (state in ('QUEUED', 'RUNNING', 'DONE', 'REJECTED', 'FAILED', 'CANCELLED')),
  -- users.users; null for whoever works at the command line of the installation
  owner_id uuid,
  -- set where the job may touch this vendor's products alone
  vendor_id uuid,
  -- the permissions that its starter had, as far as jobs ask for them
  may text[] not null default '{}',
  name text not null,
  -- of an import: its mapping as it was written; of an export: what and how, as JSON
  task text not null,
  -- names of the files with where each lies: [{"name", "key", "size"}]; null where they lie in a folder of the command line
  files jsonb,
  is_dry_run boolean not null default false,
  on_error text not null default 'SKIP' check (on_error in ('SKIP', 'REJECT_ALL')),
  phase text not null default 'CHECK' check (phase in ('CHECK', 'RUN')),
  -- where to go on after a cut: {"step", "file", "records"}
  bookmark jsonb,
  bytes_total bigint not null default 0,
  bytes_done bigint not null default 0,
  created_count bigint not null default 0,
  updated_count bigint not null default 0,
  unchanged_count bigint not null default 0,
  refused_count bigint not null default 0,
  -- rows of the report so far
  report_rows bigint not null default 0,
  -- what a person is told of a job that failed
  problem text,
  -- the report of an import as JSON lines, the file of an export
  result_key text,
  result_bytes bigint,
  is_cancel_wanted boolean not null default false,
  -- wall time; whose lease has ended was cut off, and anybody may go on
  lease_until timestamptz,
  attempts integer not null default 0,
  created_at timestamptz not null default clock_timestamp(),
  started_at timestamptz,
  finished_at timestamptz
);
create index import_jobs_by_age on catalog.import_jobs (created_at desc, id desc);
create index import_jobs_by_owner on catalog.import_jobs (owner_id, created_at desc, id desc);
create index import_jobs_open on catalog.import_jobs (created_at, id) where state in ('QUEUED', 'RUNNING');

create table catalog.import_report_rows (
  job_id uuid not null references catalog.import_jobs (id) on delete cascade,
  -- counts up from 1
  seq bigint not null,
  file text not null,
  line bigint not null,
  entity text not null,
  -- a SKU, a number, a reference; never an address or a name
  key text,
  outcome text not null check (outcome in ('CREATED', 'UPDATED', 'UNCHANGED', 'REFUSED')),
  field text,
  reason text,
  primary key (job_id, seq)
);
create index import_report_refused on catalog.import_report_rows (job_id, seq) where outcome = 'REFUSED';

grant select, insert, update, delete on catalog.import_files, catalog.import_jobs, catalog.import_report_rows to martgraph_catalog;

-- Sets what is on hand of many variants, each in its warehouse, as one count: the difference is booked as ADJUSTMENT. Answers what was
-- there and is, with the movement; one that would leave less than is held stays as it is and answers without `after`.
create function catalog.count_stock(variants uuid[], warehouses uuid[], units bigint[], by_actor text, why text, called text)
  returns table (place integer, before bigint, after bigint, movement uuid)
  language plpgsql security definer set search_path = pg_catalog set martgraph.stock = 'on'
as $$
#variable_conflict use_column
declare
  asked record;
  held bigint;
begin
  for asked in select u.variant, u.warehouse, u.units, u.place::integer as place
    from unnest(variants, warehouses, units) with ordinality as u (variant, warehouse, units, place) order by u.variant, u.warehouse
  loop
    perform catalog.lock_stock(asked.variant);
    place := asked.place;
    before := 0;
    held := 0;
    movement := null;
    select l.on_hand, l.reserved into before, held from catalog.inventory_levels l where l.variant_id = asked.variant and l.warehouse_id = asked.warehouse;
    before := coalesce(before, 0);
    after := case when asked.units >= coalesce(held, 0) then asked.units end;
    if after <> before then
      movement := catalog.move_stock(asked.variant, asked.warehouse, after - before, 'ADJUSTMENT', by_actor, why, called);
    end if;
    return next;
  end loop;
end
$$;
revoke all on function catalog.count_stock from public;
grant execute on function catalog.count_stock to martgraph_catalog;
