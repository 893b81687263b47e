-- What the published builds held of each day, table by table: what a new build's days are judged by.
set role martgraph_builder;

create table ops.table_metric (
  -- mart the numbers are of
  relation text not null,
  -- business day of the rows; 0001-01-01 gathers rows without a day
  day date not null,
  rows bigint not null,
  -- nulls, sums, counts by size of a value and by category; see warehouse/quality/profile.ts
  metrics jsonb not null,
  -- the build that said so last
  build_id uuid not null,
  primary key (relation, day)
);

-- The same of the build that is being made. It becomes history when that build was published, and is thrown away when it was not.
create table ops.table_metric_draft (like ops.table_metric including all);

-- What looked wrong with a build, compared with its table's history.
create table ops.anomaly (
  build_id uuid not null references ops.build (build_id) on delete cascade,
  relation text not null,
  -- VOLUME, RESTATED, LATE, NULLS, DISTRIBUTION, VALUE or FRESHNESS
  kind text not null,
  -- column or category; empty where the rows themselves are meant
  subject text not null,
  day date not null,
  severity text not null check (severity in ('CRITICAL', 'WARNING')),
  observed double precision not null,
  expected double precision not null,
  lower_bound double precision,
  upper_bound double precision,
  message text not null,
  is_accepted boolean not null default false,
  primary key (build_id, relation, kind, subject, day)
);

-- A person has looked at an anomaly and says that the shop really was so: it stops no build any more.
create table ops.anomaly_acceptance (
  relation text not null,
  kind text not null,
  day date not null,
  reason text not null,
  accepted_at timestamptz not null default clock_timestamp(),
  primary key (relation, kind, day)
);

-- Something that people are told of once when it begins and once when it is over.
create table ops.incident (
  incident_id uuid primary key,
  kind text not null check (kind in ('REJECTED', 'ANOMALY', 'STALE')),
  message text not null,
  build_id uuid,
  opened_at timestamptz not null,
  closed_at timestamptz,
  told_at timestamptz,
  told_over_at timestamptz
);
create unique index incident_open on ops.incident (kind) where closed_at is null;
create index incident_latest on ops.incident (opened_at desc);
create index anomaly_builds on ops.build (started_at desc) where state in ('PUBLISHED', 'SUPERSEDED', 'REJECTED', 'ROLLED_BACK');

grant select on ops.table_metric, ops.anomaly, ops.anomaly_acceptance, ops.incident to martgraph_serving;
reset role;
