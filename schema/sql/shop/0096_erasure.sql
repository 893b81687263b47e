-- A person is erased: the books stay, the person is gone. Each slice says in a function of its own what becomes of what it holds;
-- schema/personalData.ts lists every column with its rule. All functions may be called again and find nothing to do.

-- ERASED: an empty shell for as long as an access token given out before may still arrive; the row goes when the erasure is settled.
alter table users.users
  add column erased_at timestamptz,
  drop constraint users_status_check,
  add constraint users_status_check check (status in ('ACTIVE', 'DISABLED', 'ERASED')),
  add constraint erased_or_not check ((status = 'ERASED') = (erased_at is not null));
create index users_erased on users.users (erased_at) where erased_at is not null;

-- The ledger of erasures: whom, by a hash that leads nowhere without the person's random id. The warehouse reads it, and whoever
-- brings back an old copy of the shop erases these people again.
create table users.erasures (
  id uuid primary key default uuidv7(),
  -- hex SHA-256 of 'martgraph-erasure:' and the person's UUID
  user_hash text not null unique check (user_hash ~ '^[0-9a-f]{64}$'),
  -- business time
  erased_at timestamptz not null,
  -- wall time: when it was done once more, after which nothing of the person can come any more
  settled_at timestamptz
);
grant select on users.erasures to martgraph_users;

create function users.erasure_hash(person uuid) returns text
  language sql immutable set search_path = pg_catalog
as $$ select encode(sha256(convert_to('martgraph-erasure:' || person::text, 'UTF8')), 'hex') $$;

create table users.idempotency_keys (like orders.idempotency_keys including all);
grant select, insert, update, delete on users.idempotency_keys to martgraph_users;

-- Whose rows a table says to be is rewritten by an erasure alone: by the owner of the table, from inside of the functions below.
create or replace function orders.append_only() returns trigger language plpgsql set search_path = pg_catalog as $$
begin
  if tg_op = 'UPDATE' and current_setting('martgraph.erasing', true) = 'yes'
    and current_user = (select pg_get_userbyid(c.relowner) from pg_class c where c.oid = tg_relid) then
    return null;
  end if;
  raise exception '%.% is append-only: correct it by a new row', tg_table_schema, tg_table_name using errcode = 'insufficient_privilege';
end
$$;
create or replace function catalog.append_only() returns trigger language plpgsql set search_path = pg_catalog as $$
begin
  if tg_op = 'UPDATE' and current_setting('martgraph.erasing', true) = 'yes'
    and current_user = (select pg_get_userbyid(c.relowner) from pg_class c where c.oid = tg_relid) then
    return null;
  end if;
  raise exception '%.% is append-only: correct it by a new row', tg_table_schema, tg_table_name using errcode = 'insufficient_privilege';
end
$$;

-- What an event says of a person: who it was, what they or others wrote about it, where a parcel is. Codes in capitals are nobody's words.
create function platform.without_person(payload jsonb, person uuid) returns jsonb
  language sql immutable set search_path = pg_catalog
as $$
  select coalesce(jsonb_object_agg(e.key, case
      when e.key in ('userId', 'trackingNumber', 'trackingUrl', 'note') then 'null'
      when e.key = 'reason' and e.value #>> '{}' !~ '^[A-Z_]+$' then 'null'
      when e.key = 'actor' and e.value #>> '{}' = 'user:' || person then '"user:erased"'
      else e.value end), '{}')
  from jsonb_each(payload) e
$$;

-- What has to be over before somebody can be forgotten: goods that still have to reach them, money that is being taken.
create function orders.erasure_obstacles(person uuid) returns table (kind text, id uuid)
  language sql stable security definer set search_path = pg_catalog
as $$
  select 'ORDER', o.id from orders.orders o where o.user_id = person and o.source = 'API' and o.state in ('PLACED', 'PAID', 'IN_FULFILMENT')
  union all
  select 'PURCHASE', k.id from orders.checkouts k where k.user_id = person and k.state in ('HELD', 'REVIEW', 'UNDOING')
  union all
  select 'RETURN', r.id from orders.returns r join orders.orders o on o.id = r.order_id where o.user_id = person and r.state in ('REQUESTED', 'APPROVED', 'RECEIVED')
$$;

-- Orders keep amounts, lines, taxes, the numbers of their documents and the provider's references. Answers what was theirs.
create function orders.erase_person(person uuid) returns uuid[]
  language plpgsql security definer set search_path = pg_catalog
as $$
declare
  actor_name text := 'user:' || person;
  their_orders uuid[] := array(select o.id from orders.orders o where o.user_id = person order by o.id for update);
  their_carts uuid[] := array(select c.id from orders.carts c where c.user_id = person order by c.id for update);
  their_checkouts uuid[] := array(select k.id from orders.checkouts k where k.user_id = person or k.cart_id = any(their_carts) order by k.id for update);
  their_keys text[];
begin
  perform set_config('martgraph.erasing', 'yes', true);
  delete from orders.order_contacts c where c.order_id = any(their_orders);
  update orders.invoices i set document = jsonb_set(i.document, '{buyer}', '[]') where i.order_id = any(their_orders);
  -- What the shop's people wrote among themselves about an order of theirs is about them too.
  update orders.order_events e set actor = case when e.actor = actor_name then 'guest' else e.actor end,
      data = platform.without_person(e.data, person) || case when e.type = 'NoteAdded' then '{"text": "[erased]"}' else '{}' end::jsonb
    where e.order_id = any(their_orders);
  update orders.order_events e set actor = 'user:erased' where e.actor = actor_name;
  update orders.cancellations c set reason = null, idempotency_key = 'erased', actor = 'guest' where c.order_id = any(their_orders);
  update orders.cancellations c set actor = 'user:erased' where c.actor = actor_name;
  update orders.refunds r set user_id = null, reason = null where r.user_id = person or r.order_id = any(their_orders);
  update orders.return_lines l set reason = null from orders.returns r where r.id = l.return_id and r.order_id = any(their_orders);
  update orders.returns r set note = null, requested_by = 'guest' where r.order_id = any(their_orders);
  update orders.returns r set requested_by = 'user:erased' where r.requested_by = actor_name;
  update orders.fulfilments f set tracking_number = null, tracking_url = null where f.order_id = any(their_orders);
  update orders.orders o set user_id = null, version = o.version + 1 where o.id = any(their_orders);

  delete from orders.cart_delivery d where d.cart_id = any(their_carts);
  delete from orders.cart_gift_cards g where g.cart_id = any(their_carts);
  update orders.carts c set user_id = null, note = null, state = case c.state when 'OPEN' then 'EXPIRED' else c.state end, version = c.version + 1 where c.id = any(their_carts);
  update orders.checkouts k set user_id = null, actor = 'guest', idempotency_key = 'erased:' || k.id, contact = null, email = null, payment_token = null, client_secret = null,
      action_url = null, card_digest = null where k.id = any(their_checkouts);
  update orders.checkouts k set reviewed_by = null where k.reviewed_by = person;

  their_keys := array(select distinct unnest(r.customer_keys) from orders.promotion_redemptions r where r.checkout_id = any(their_checkouts) or r.cart_id = any(their_carts))
    || array[actor_name];
  update orders.promotion_redemptions r set customer_keys = '{}' where r.checkout_id = any(their_checkouts) or r.cart_id = any(their_carts) or actor_name = any(r.customer_keys);
  delete from orders.promotion_customer_uses u where u.customer_key = any(their_keys);
  delete from orders.code_guesses g where g.subject = actor_name;
  update orders.gift_card_movements m set actor = 'user:erased' where m.actor = actor_name;
  update orders.gift_cards g set issued_by = 'user:erased' where g.issued_by = actor_name;
  delete from orders.idempotency_keys i where i.actor = actor_name;
  return their_orders || their_carts || their_checkouts;
end
$$;

create function catalog.erase_person(person uuid) returns void
  language plpgsql security definer set search_path = pg_catalog
as $$
begin
  perform set_config('martgraph.erasing', 'yes', true);
  update catalog.stock_movements m set actor = 'user:erased' where m.actor = 'user:' || person;
  update catalog.prices p set changed_by = 'user:erased' where p.changed_by = 'user:' || person;
  delete from catalog.idempotency_keys i where i.actor = 'user:' || person;
end
$$;

create index behaviour_events_by_user on events.behaviour_events (user_id) where user_id is not null;
-- Visits stay as nobody's; what was typed into the search stays with nobody either.
create function events.erase_person(person uuid) returns void
  language sql security definer set search_path = pg_catalog
as $$ update events.behaviour_events e set user_id = null, search_text = null where e.user_id = person $$;

-- News that was told, mails, deliveries, lines of import files. `theirs` are ids of orders, carts and purchases. What is still on its
-- way goes when the erasure is settled.
create function platform.erase_person(person uuid, theirs uuid[], person_email text, person_ref text, is_settling boolean) returns void
  language plpgsql security definer set search_path = pg_catalog
as $$
declare
  about uuid[] := array(select o.event_id from platform.outbox o where o.payload ->> 'userId' = person::text or o.aggregate_id = any(theirs) or o.payload ->> 'orderId' = any(theirs::text[]) or (o.aggregate = 'user' and o.aggregate_id = person));
begin
  update platform.mails m set answer = null where m.event_id = any(about) or m.event_id = any(theirs) or strpos(lower(m.answer), person_email) > 0;
  delete from platform.webhook_deliveries d where d.event_id = any(about) and (d.state <> 'PENDING' or is_settling);
  update platform.event_dead_letters l set last_error = '[erased]' where l.event_id = any(about);
  update platform.event_queue q set last_error = null where q.event_id = any(about);
  if is_settling then
    delete from platform.event_queue q where q.aggregate_id = person;
    delete from platform.event_dead_letters l where l.aggregate_id = person;
  end if;
  delete from platform.outbox o where o.aggregate = 'user' and o.aggregate_id = person and (is_settling or (o.dispatched_at is not null
    and not exists (select from platform.event_queue q where q.event_id = o.event_id) and not exists (select from platform.event_dead_letters l where l.event_id = o.event_id)));
  update platform.outbox o set payload = platform.without_person(o.payload, person)
    where o.aggregate <> 'user' and (o.event_id = any(about) or o.payload ->> 'actor' = 'user:' || person);
  delete from platform.import_rejections r
    where exists (select from jsonb_each_text(r.content) c where c.value = person_ref or lower(c.value) = person_email);
end
$$;

-- The account becomes a shell that nobody can log in to and that says nothing. Its sessions stay for as long as gateways have to be
-- told that they are over. What hangs on it in the slice goes, or lets go of it, by what its column allows.
create function users.erase_person(person uuid) returns void
  language plpgsql security definer set search_path = pg_catalog
as $$
declare
  link record;
begin
  update users.users u set email = 'erased-' || gen_random_uuid() || '@erased.invalid', display_name = null, password_hash = null, roles = '{CUSTOMER}', country_code = null,
      external_ref = null, locale = null, session_epoch = u.session_epoch + 1, tokens_void_before = clock_timestamp(), status = 'ERASED', erased_at = coalesce(u.erased_at, clock_timestamp()), version = u.version + 1
    where u.id = person;
  for link in
    select k.conrelid::regclass as relation, a.attname as column_name, a.attnotnull as is_needed
    from pg_constraint k join pg_attribute a on a.attrelid = k.conrelid and a.attnum = k.conkey[1]
    where k.contype = 'f' and k.confrelid = 'users.users'::regclass and cardinality(k.conkey) = 1 and k.conrelid <> 'users.sessions'::regclass
    order by k.conrelid
  loop
    if link.is_needed then
      execute format('delete from %s where %I = $1', link.relation, link.column_name) using person;
    else
      execute format('update %s set %I = null where %I = $1', link.relation, link.column_name, link.column_name) using person;
    end if;
  end loop;
  update users.sessions s set device = '', ip = null, revoked_at = coalesce(s.revoked_at, clock_timestamp()), revoked_why = coalesce(s.revoked_why, 'DISABLED') where s.user_id = person;
  delete from users.idempotency_keys i where i.actor = 'user:' || person and i.operation <> 'userErase';
end
$$;

-- Everything of a person, everywhere. Answers the id of the erasure in the ledger; the person's row is held, so that nothing of theirs
-- is written in between.
create function users.erase_everywhere(person uuid, at timestamptz) returns uuid
  language plpgsql security definer set search_path = pg_catalog
as $$
declare
  known record;
  entry uuid;
begin
  select u.email, u.external_ref into known from users.users u where u.id = person and u.erased_at is null for update;
  if not found then
    return null;
  end if;
  perform catalog.erase_person(person), events.erase_person(person),
    platform.erase_person(person, orders.erase_person(person), known.email, known.external_ref, false), users.erase_person(person);
  insert into users.erasures as e (user_hash, erased_at) values (users.erasure_hash(person), at)
    on conflict (user_hash) do update set settled_at = null returning e.id into entry;
  return entry;
end
$$;

-- Once nothing of a person can arrive any more it is done a last time, for what came in between, and the shell goes. Answers how many.
create function users.settle_erasures(waits interval) returns bigint
  language plpgsql security definer set search_path = pg_catalog
as $$
declare
  shell record;
  settled bigint := 0;
begin
  for shell in
    select u.id, u.email from users.users u where u.erased_at < clock_timestamp() - waits order by u.erased_at limit 100 for update skip locked
  loop
    perform catalog.erase_person(shell.id), events.erase_person(shell.id),
      platform.erase_person(shell.id, orders.erase_person(shell.id), shell.email, null, true), users.erase_person(shell.id);
    delete from users.idempotency_keys i where i.actor = 'user:' || shell.id;
    delete from users.sessions s where s.user_id = shell.id;
    delete from users.users u where u.id = shell.id;
    update users.erasures e set settled_at = clock_timestamp() where e.user_hash = users.erasure_hash(shell.id);
    settled := settled + 1;
  end loop;
  return settled;
end
$$;

-- After an old copy of the shop was brought back: erases again whoever is in the ledger given. Answers how many were there.
create function users.erase_again(hashes text[], at timestamptz) returns bigint
  language plpgsql security definer set search_path = pg_catalog
as $$
declare
  found_again uuid;
  erased bigint := 0;
begin
  for found_again in select u.id from users.users u where u.erased_at is null and users.erasure_hash(u.id) = any(hashes) loop
    perform users.erase_everywhere(found_again, at);
    erased := erased + 1;
  end loop;
  -- Also of those whose rows this copy never held: the ledger is whole again.
  insert into users.erasures (user_hash, erased_at, settled_at) select h, at, clock_timestamp() from unnest(hashes) as h on conflict do nothing;
  return erased;
end
$$;

revoke all on function orders.erasure_obstacles(uuid), orders.erase_person(uuid), catalog.erase_person(uuid), events.erase_person(uuid),
  platform.erase_person(uuid, uuid[], text, text, boolean), users.erase_person(uuid), users.erase_everywhere(uuid, timestamptz), users.settle_erasures(interval),
  users.erase_again(text[], timestamptz), users.erasure_hash(uuid), platform.without_person(jsonb, uuid) from public;
grant usage on schema orders to martgraph_users;
grant execute on function orders.erasure_obstacles(uuid), users.erase_everywhere(uuid, timestamptz), users.settle_erasures(interval), users.erasure_hash(uuid) to martgraph_users;
