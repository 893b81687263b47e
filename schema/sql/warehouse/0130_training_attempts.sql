-- How each training ended. A shop too young to learn from is remembered, so that not every run tries again.
set role martgraph_builder;
create table registry.training_attempt (
  id bigint generated always as identity primary key,
  model text not null check (model in ('churn', 'recommendations')),
  outcome text not null check (outcome in ('PROMOTED', 'REFUSED', 'NOT_ENOUGH_HISTORY')),
  message text not null,
  as_of timestamptz not null,
  at timestamptz not null default now()
);
create index training_attempt_by_model on registry.training_attempt (model, id desc);
reset role;
