-- What the shop holds about a person, for the person: asked of each slice by a function that the slice owns, written as one JSON document
-- into the object store, and handed out once for each link.

create table users.data_exports (
  id uuid primary key default uuidv7(),
  -- null once the person was erased: then the object goes too
  user_id uuid references users.users (id),
  state text not null default 'PENDING' check (state in ('PENDING', 'READY', 'FAILED', 'EXPIRED')),
  -- wall time throughout
  requested_at timestamptz not null,
  ready_at timestamptz,
  -- when the document goes away
  expires_at timestamptz,
  -- whoever writes it is at work until then
  lease_until timestamptz,
  attempts integer not null default 0,
  object_key text,
  bytes bigint check (bytes >= 0),
  -- of the document, hex
  sha256 text,
  -- SHA-256 of the secret in the link that is valid now; a new link takes the place of the old one, and used ones are gone
  token_hash bytea,
  token_expires_at timestamptz,
  downloaded_at timestamptz,
  check ((state = 'READY') <= (object_key is not null and expires_at is not null))
);
create index data_exports_by_user on users.data_exports (user_id, id desc);
create index data_exports_waiting on users.data_exports (requested_at) where state = 'PENDING';
create index data_exports_ending on users.data_exports (expires_at) where state = 'READY';
create index data_exports_left on users.data_exports (id) where user_id is null or (state = 'EXPIRED' and object_key is not null);
create unique index data_exports_one_at_a_time on users.data_exports (user_id) where state = 'PENDING';
create unique index data_exports_by_token on users.data_exports (token_hash) where token_hash is not null;
grant select, insert, update, delete on users.data_exports to martgraph_users;

-- A link for the mail: the secret leaves the database here and nowhere else. A second mail makes the first one's link void.
create function users.mint_export_token(export_id uuid, valid interval) returns table (token text, email text, display_name text, expires_at timestamptz)
  language plpgsql security definer set search_path = pg_catalog
as $$
#variable_conflict use_column
declare
  secret text := translate(encode(sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())), 'base64'), '+/=', '-_');
begin
  return query
    update users.data_exports e set token_hash = sha256(convert_to(secret, 'UTF8')), token_expires_at = least(clock_timestamp() + valid, e.expires_at)
    from users.users u
    where e.id = export_id and u.id = e.user_id and u.status = 'ACTIVE' and e.state = 'READY' and e.expires_at > clock_timestamp()
    returning secret, u.email, u.display_name, e.token_expires_at;
end
$$;
revoke all on function users.mint_export_token(uuid, interval) from public;
grant execute on function users.mint_export_token(uuid, interval) to martgraph_relay;

create function users.export_person(person uuid) returns jsonb
  language sql stable security definer set search_path = pg_catalog
as $$
  select jsonb_build_object(
    'account', (select to_jsonb(u) - array['password_hash', 'session_epoch', 'tokens_void_before', 'erased_at'] from users.users u where u.id = person),
    'addresses', (select coalesce(jsonb_agg(to_jsonb(a) - 'user_id' order by a.id), '[]') from users.addresses a where a.user_id = person),
    'consents', (select coalesce(jsonb_agg(to_jsonb(c) - 'user_id' order by c.id), '[]') from users.consents c where c.user_id = person),
    'sessions', (select coalesce(jsonb_agg(jsonb_build_object('device', s.device, 'ip', s.ip, 'methods', s.methods, 'created_at', s.created_at, 'last_seen_at', s.last_seen_at,
      'revoked_at', s.revoked_at) order by s.created_at), '[]') from users.sessions s where s.user_id = person),
    'vendors', (select coalesce(jsonb_agg(jsonb_build_object('id', v.id, 'name', v.name) order by v.name), '[]')
      from users.vendor_members m join users.vendors v on v.id = m.vendor_id where m.user_id = person),
    'second_factor', (select jsonb_build_object('authenticator_app_since', min(t.confirmed_at)) from users.totp_factors t where t.user_id = person),
    'data_exports', (select coalesce(jsonb_agg(jsonb_build_object('state', e.state, 'requested_at', e.requested_at, 'downloaded_at', e.downloaded_at) order by e.id), '[]')
      from users.data_exports e where e.user_id = person)
  )
$$;

create function orders.export_person(person uuid) returns jsonb
  language sql stable security definer set search_path = pg_catalog
as $$
  select jsonb_build_object(
    'orders', (select coalesce(jsonb_agg(to_jsonb(o) - array['user_id', 'customer_type'] || jsonb_build_object(
        'contact', (select to_jsonb(c) - 'order_id' from orders.order_contacts c where c.order_id = o.id),
        'lines', (select coalesce(jsonb_agg(to_jsonb(l) - 'order_id' order by l.position), '[]') from orders.order_lines l where l.order_id = o.id),
        'charges', (select coalesce(jsonb_agg(to_jsonb(h) - 'order_id' order by h.position), '[]') from orders.order_charges h where h.order_id = o.id),
        'discounts', (select coalesce(jsonb_agg(to_jsonb(d) - 'order_id' order by d.position), '[]') from orders.order_discounts d where d.order_id = o.id),
        'taxes', (select coalesce(jsonb_agg(to_jsonb(t) - 'order_id' order by t.position), '[]') from orders.order_taxes t where t.order_id = o.id),
        'payments', (select coalesce(jsonb_agg(to_jsonb(p) - array['order_id', 'busy_until'] order by p.paid_at, p.id), '[]') from orders.payments p where p.order_id = o.id),
        'documents', (select coalesce(jsonb_agg(jsonb_build_object('number', i.number, 'document', i.document) order by i.serial), '[]') from orders.invoices i where i.order_id = o.id),
        'parcels', (select coalesce(jsonb_agg(to_jsonb(f) - 'order_id' order by f.created_at), '[]') from orders.fulfilments f where f.order_id = o.id),
        'returns', (select coalesce(jsonb_agg(to_jsonb(r) - 'order_id' || jsonb_build_object('lines', (select jsonb_agg(to_jsonb(x) - 'return_id') from orders.return_lines x where x.return_id = r.id))
          order by r.requested_at), '[]') from orders.returns r where r.order_id = o.id),
        'refunds', (select coalesce(jsonb_agg(to_jsonb(r) - array['order_id', 'user_id', 'customer_type'] order by r.refunded_at), '[]') from orders.refunds r where r.order_id = o.id),
        'history', (select coalesce(jsonb_agg(jsonb_build_object('type', e.type, 'data', e.data, 'at', e.occurred_at) order by e.id), '[]') from orders.order_events e where e.order_id = o.id)
      ) order by o.placed_at, o.id), '[]') from orders.orders o where o.user_id = person),
    'refunds_without_order', (select coalesce(jsonb_agg(to_jsonb(r) - array['user_id', 'customer_type'] order by r.refunded_at), '[]') from orders.refunds r where r.user_id = person and r.order_id is null),
    'carts', (select coalesce(jsonb_agg(to_jsonb(c) - 'user_id' || jsonb_build_object(
        'delivery', (select to_jsonb(d) - 'cart_id' from orders.cart_delivery d where d.cart_id = c.id),
        'lines', (select coalesce(jsonb_agg(to_jsonb(l) - 'cart_id' order by l.position), '[]') from orders.cart_lines l where l.cart_id = c.id)
      ) order by c.created_at, c.id), '[]') from orders.carts c where c.user_id = person),
    'purchases', (select coalesce(jsonb_agg(jsonb_build_object('id', k.id, 'cart_id', k.cart_id, 'state', k.state, 'total_units', k.total_units, 'currency', k.currency, 'exponent', k.exponent,
        'contact', k.contact, 'email', k.email, 'created_at', k.created_at, 'verdict', k.verdict, 'reasons', k.reasons, 'decline_reason', k.decline_reason) order by k.created_at, k.id), '[]')
      from orders.checkouts k where k.user_id = person)
  )
$$;

create function catalog.export_person(person uuid) returns jsonb
  language sql stable security definer set search_path = pg_catalog
as $$ select '{}'::jsonb where person is not null $$;

create function events.export_person(person uuid) returns jsonb
  language sql stable security definer set search_path = pg_catalog
as $$
  select jsonb_build_object('visits', coalesce(jsonb_agg(to_jsonb(e) - array['user_id', 'is_synthetic'] order by e.occurred_at, e.id), '[]'))
  from events.behaviour_events e where e.user_id = person
$$;

create function platform.export_person(person uuid) returns jsonb
  language sql stable security definer set search_path = pg_catalog
as $$
  select jsonb_build_object(
    'acts_by_privilege', (select coalesce(jsonb_agg(jsonb_build_object('at', a.recorded_at, 'action', a.action, 'target_kind', a.target_kind, 'target_id', a.target_id) order by a.id), '[]')
      from platform.audit_log a where a.actor_id = person),
    'acts_of_others_on_the_account', (select coalesce(jsonb_agg(jsonb_build_object('at', a.recorded_at, 'action', a.action) order by a.id), '[]')
      from platform.audit_log a where a.target_kind = 'user' and a.target_id = person::text and a.actor_id is distinct from person)
  )
$$;

-- Everything of a person from all slices, at one moment.
create function users.export_everywhere(person uuid) returns jsonb
  language sql stable security definer set search_path = pg_catalog
as $$
  select jsonb_build_object('person', users.export_person(person), 'shop', orders.export_person(person), 'catalogue', catalog.export_person(person),
    'visits', events.export_person(person), 'log', platform.export_person(person))
$$;
revoke all on function users.export_person(uuid), orders.export_person(uuid), catalog.export_person(uuid), events.export_person(uuid), platform.export_person(uuid),
  users.export_everywhere(uuid) from public;
grant execute on function users.export_everywhere(uuid) to martgraph_users;
