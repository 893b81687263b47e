-- Predictions in batches. A batch is written whole, audited, and only then named by a build's pointer row; it never changes after.
create schema predictions authorization martgraph_builder;
set role martgraph_builder;

create table predictions.batch (
  id uuid primary key,
  created_at timestamptz not null default now(),
  -- business time of the features that were scored
  as_of timestamptz not null,
  -- null while the model has no champion: its answers are fallbacks
  churn_version bigint,
  recommendations_version bigint,
  kind text not null check (kind in ('FULL', 'CHANGED')),
  audited boolean not null default false,
  verdict jsonb not null default '{}'
);
create index batch_by_creation on predictions.batch (created_at desc);

create table predictions.churn (
  batch_id uuid not null references predictions.batch on delete cascade,
  user_id uuid not null,
  -- no purchase within the label window, 0 to 1
  probability double precision not null,
  segment text not null check (segment in ('LOW', 'MEDIUM', 'HIGH')),
  as_of timestamptz not null,
  primary key (batch_id, user_id)
);

create table predictions.user_recommendations (
  batch_id uuid not null references predictions.batch on delete cascade,
  user_id uuid not null,
  product_ids uuid[] not null,
  scores double precision[] not null,
  primary key (batch_id, user_id),
  check (cardinality(product_ids) = cardinality(scores))
);

create table predictions.similar_products (
  batch_id uuid not null references predictions.batch on delete cascade,
  product_id uuid not null,
  product_ids uuid[] not null,
  scores double precision[] not null,
  primary key (batch_id, product_id),
  check (cardinality(product_ids) = cardinality(scores))
);

create table predictions.popular_products (
  batch_id uuid primary key references predictions.batch on delete cascade,
  product_ids uuid[] not null,
  scores double precision[] not null,
  check (cardinality(product_ids) = cardinality(scores))
);
comment on table predictions.popular_products is 'The answer for whom no model can say anything. Every batch has one row, also with no model at all.';
reset role;

grant usage on schema predictions to martgraph_serving;
grant select on all tables in schema predictions to martgraph_serving;
