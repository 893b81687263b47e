-- Vendors are opened and changed by the shop; their owners say who works for them.
alter table users.vendors
  -- Counts its changes.
  add column version integer not null default 1;
alter table users.vendor_members
  -- OWNER: may say who else sells for the vendor. Who was there before may.
  add column role text not null default 'OWNER' check (role in ('OWNER', 'MEMBER'));
grant delete on users.vendor_members to martgraph_users;
create index vendors_by_name on users.vendors (name, id);
