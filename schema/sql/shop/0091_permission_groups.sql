-- Groups give people single permissions beyond those of their roles (schema/permissions.ts). A name that the table no longer has grants nothing.
create table users.permission_groups (
  id uuid primary key default uuidv7(),
  name text not null check (char_length(name) between 1 and 60),
  description text check (char_length(description) between 1 and 500),
  permissions text[] not null check (cardinality(permissions) between 1 and 100),
  version integer not null default 1,
  -- wall time
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create unique index permission_groups_by_name on users.permission_groups (lower(name));

create table users.permission_group_members (
  group_id uuid not null references users.permission_groups (id),
  user_id uuid not null references users.users (id) on delete cascade,
  -- wall time
  added_at timestamptz not null,
  primary key (group_id, user_id)
);
create index permission_group_members_by_user on users.permission_group_members (user_id);

grant select, insert, update, delete on users.permission_groups, users.permission_group_members to martgraph_users;

-- One of them has to remain: looked at whenever somebody stops being one.
create index users_admins on users.users (id) where 'ADMIN' = any (roles);
