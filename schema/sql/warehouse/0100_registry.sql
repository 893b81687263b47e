-- Models: what was trained, from which data, how well it did, and which version serves.
create schema registry authorization martgraph_builder;
set role martgraph_builder;

create table registry.model_version (
  model text not null check (model in ('churn', 'recommendations')),
  version bigint not null check (version > 0),
  -- of manifest.json, which names the sha256 of every other file
  sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  manifest jsonb not null,
  metrics jsonb not null,
  -- the build whose features it was trained on, and the business time up to which it saw them
  build_id text not null,
  as_of timestamptz not null,
  trained_at timestamptz not null default now(),
  primary key (model, version)
);
create index model_version_by_hash on registry.model_version (model, sha256);
comment on table registry.model_version is 'One trained artefact. Never changed; alias rows say which one serves.';

create table registry.artefact (
  model text not null,
  version bigint not null,
  name text not null,
  content bytea not null,
  primary key (model, version, name),
  foreign key (model, version) references registry.model_version on delete cascade
);
comment on table registry.artefact is 'The files of a version, byte for byte as training wrote them.';

create table registry.model_alias (
  model text not null,
  alias text not null check (alias in ('champion', 'challenger')),
  version bigint not null,
  moved_at timestamptz not null default now(),
  reason text not null,
  primary key (model, alias),
  foreign key (model, version) references registry.model_version
);
comment on table registry.model_alias is 'champion is what scoring serves; challenger is the version trained last.';

-- Why an alias stands where it stands, and where it stood before.
create table registry.alias_move (
  id bigint generated always as identity primary key,
  model text not null,
  alias text not null,
  version bigint not null,
  previous_version bigint,
  moved_at timestamptz not null default now(),
  reason text not null
);
reset role;

grant usage on schema registry to martgraph_serving;
grant select on registry.model_version, registry.model_alias, registry.alias_move to martgraph_serving;
