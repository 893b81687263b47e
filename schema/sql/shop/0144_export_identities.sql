-- A copy of one's data names the identity providers one logs in by, too.
create or replace function users.export_person(person uuid) returns jsonb
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
    'identities', (select coalesce(jsonb_agg(jsonb_build_object('provider', i.provider, 'issuer', i.issuer, 'subject', i.subject, 'email', i.email, 'created_at', i.created_at,
      'last_used_at', i.last_used_at) order by i.created_at), '[]') from users.identities i where i.user_id = person),
    'second_factor', (select jsonb_build_object('authenticator_app_since', min(t.confirmed_at)) from users.totp_factors t where t.user_id = person),
    'data_exports', (select coalesce(jsonb_agg(jsonb_build_object('state', e.state, 'requested_at', e.requested_at, 'downloaded_at', e.downloaded_at) order by e.id), '[]')
      from users.data_exports e where e.user_id = person)
  )
$$;
