create table users.users (
  id uuid primary key default uuidv7(),
  email text not null check (email = lower(email) and email like '%_@_%'),
  display_name text,
  -- argon2id; null for imported people, who have to set one before they can log in
  password_hash text,
  roles text[] not null default '{CUSTOMER}'
    check (roles <@ array['CUSTOMER', 'VENDOR', 'SUPPORT', 'ANALYST', 'ADMIN', 'SERVICE'] and cardinality(roles) > 0),
  country_code text check (country_code ~ '^[A-Z]{2}$'),
  -- the person's number in the system the data came from
  external_ref text unique,
  status text not null default 'ACTIVE' check (status in ('ACTIVE', 'DISABLED')),
  -- business time
  created_at timestamptz not null,
  version integer not null default 1
);
create unique index users_email on users.users (email);

create table users.addresses (
  id uuid primary key default uuidv7(),
  user_id uuid not null references users.users (id),
  name text,
  line1 text,
  line2 text,
  city text,
  postal_code text,
  country_code text check (country_code ~ '^[A-Z]{2}$'),
  -- the country as its source wrote it ("EIRE", "Channel Islands", "Unspecified")
  country_label text,
  is_default boolean not null default false,
  created_at timestamptz not null
);
create index addresses_by_user on users.addresses (user_id);

create table users.vendors (
  id uuid primary key default uuidv7(),
  slug text not null unique,
  name text not null,
  is_synthetic boolean not null default false,
  created_at timestamptz not null
);

create table users.vendor_members (
  vendor_id uuid not null references users.vendors (id),
  user_id uuid not null references users.users (id),
  primary key (vendor_id, user_id)
);
create index vendor_members_by_user on users.vendor_members (user_id);

grant usage on schema users to martgraph_users;
grant select, insert, update on all tables in schema users to martgraph_users;
